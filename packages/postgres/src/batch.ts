import pg from 'pg';

/** What pg's client asks of a query beyond `submit`; its types leave it out. */
export type Query = {
  readonly name?: string;
  readonly text: string;
  /** Rows per fetch, if the result is to come in parts. */
  readonly rows?: number;
  callback?: ((error: unknown, result?: unknown) => void) | undefined;
  requiresPreparation(): boolean;
  submit(connection: pg.Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
  handleEmptyQuery(connection: pg.Connection): void;
  handleError(error: unknown, connection: pg.Connection): void;
  handleReadyForQuery(connection: pg.Connection): void;
};

export function queryOf(config: unknown, values?: unknown, callback?: unknown): Query {
  return new pg.Query(config as never, values as never, callback as never) as unknown as Query;
}

/**
 * Several prepared statements as one query of pg's client: sent at once and answered at once, one write and one read on each
 * side in place of one for each. The server runs none after one that failed. The result is that of the last one, the error
 * that of the first that failed. (Why not pg's own pipelining: docs/decisions/one-message-transactions.md.)
 */
export class Batch {
  callback: (error: unknown, result?: unknown) => void;
  readonly #queries: readonly Query[];
  readonly #last: Query;
  readonly #failedAt: (index: number, error: unknown) => void;
  #at = 0;
  #failed = false;

  /** `callback` is called once; `failedAt` before it if the server says no, with the number of the statement, from 0. */
  constructor(
    queries: readonly Query[],
    callback: (error: unknown, result?: unknown) => void,
    failedAt: (index: number, error: unknown) => void = () => {},
  ) {
    this.#queries = queries;
    this.#last = queries.at(-1)!;
    this.callback = callback;
    this.#failedAt = failedAt;
    for (const query of queries) {
      query.callback = (error, result) => {
        if (this.#failed) return;
        this.#failed = Boolean(error);
        this.callback(error, result);
      };
    }
  }

  // Of the statement whose turn it is: by these the client remembers what is prepared.
  get name(): string | undefined {
    return this.#queries[this.#at]?.name;
  }

  get text(): string | undefined {
    return this.#queries[this.#at]?.text;
  }

  /** Where the client puts its own parsers of values. */
  get _result(): unknown {
    return (this.#last as unknown as { _result: unknown })._result;
  }

  submit(connection: pg.Connection): null {
    const messages = new Messages(connection);
    for (const query of this.#queries) {
      const refused = query.submit(messages.connection);
      if (refused) query.handleError(refused, connection);
      // A value that cannot be sent: what comes after it must not be sent either.
      if (this.#failed) break;
    }
    messages.send();
    return null;
  }

  handleRowDescription(message: unknown): void {
    this.#queries[this.#at]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#at]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: pg.Connection): void {
    this.#queries[this.#at]?.handleCommandComplete(message, connection);
    if (this.#at < this.#queries.length - 1) this.#at++;
  }

  handleEmptyQuery(connection: pg.Connection): void {
    this.#last.handleEmptyQuery(connection);
  }

  handleError(error: unknown, connection: pg.Connection): void {
    const { submittedNamedStatements } = connection as unknown as Submitted;
    // What the server has skipped it has not prepared.
    for (const { name } of this.#queries.slice(this.#at)) if (name) delete submittedNamedStatements[name];
    this.#failedAt(this.#at, error);
    this.#last.handleError(error, connection);
  }

  handleReadyForQuery(connection: pg.Connection): void {
    if (!this.#failed) this.#last.handleReadyForQuery(connection);
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: pg.Connection): void {
    (connection as unknown as Submitted).sendCopyFail('No source stream defined');
  }

  handleCopyData(): void {}
}

/** Takes the place of a connection while queries write their messages to it. */
class Messages {
  readonly #chunks: Buffer[] = [];
  readonly #to: pg.Connection;
  readonly connection: pg.Connection;

  constructor(to: pg.Connection) {
    const { parsedStatements, submittedNamedStatements } = to as unknown as Submitted;
    this.#to = to;
    this.connection = Object.assign(Object.create(UNSYNCED), {
      stream: { writable: true, write: (chunk: Buffer) => this.#chunks.push(chunk) > 0 },
      parsedStatements,
      submittedNamedStatements,
    });
  }

  send(): void {
    pg.Connection.prototype.sync.call(this.connection);
    this.#to.stream.write(Buffer.concat(this.#chunks));
  }
}

/** One Sync at the end is for all: without it the server would go on after a statement that failed. */
const UNSYNCED: object = Object.create(pg.Connection.prototype, { sync: { value: () => {} } });

type Submitted = {
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  sendCopyFail(reason: string): void;
};
