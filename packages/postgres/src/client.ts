import pg from 'pg';
import { Batch, type Query, queryOf } from './batch.ts';
import { endsTransaction } from './ends-transaction.ts';
import { PostgresError } from './errors.ts';

/**
 * A client that can hold statements back until the next one, and sends them together with it: a round trip and four system
 * calls less each. What `withTransaction` gives to its callers, of a pool made by `createPool`.
 */
export class TransactionClient extends pg.Client {
  #heldBack: Query[] = [];
  /** BEGIN is among what is held back: the server knows nothing of the transaction yet. */
  #unbegun = false;
  /** BEGIN was sent and not answered yet. */
  #beginning = false;
  /** There is no transaction since BEGIN failed: until it is over nothing may run as if there was one. */
  #refusal: Error | undefined;
  /** From `beginLater` until `commit` or `rollBack`: only these two may end it. */
  #inside = false;

  /** A transaction begins with the next statement. */
  beginLater(text: string): void {
    this.#unbegun = true;
    this.#inside = true;
    this.hold({ name: `banyan_${text.toLowerCase().replaceAll(' ', '_')}`, text });
  }

  /** Sends it in front of the next statement; what it returns is dropped, its error is that of the next one. */
  hold(statement: pg.QueryConfig & { name: string }): void {
    this.#heldBack.push(queryOf(statement));
  }

  /** Forgets what is held back, of a transaction that has begun. */
  drop(): void {
    this.#heldBack = [];
  }

  /** With what is held back. Undefined if there was nothing to commit. */
  async commit(): Promise<pg.QueryResult | undefined> {
    if (this.#refusal) throw this.#refusal;
    if (this.#unbegun && this.#heldBack.length === 1) {
      await this.rollBack();
      return undefined;
    }
    // An error comes before the server says in which state it left the transaction; until then the state is the one before.
    const { readyForQuery } = this as unknown as { readyForQuery: boolean };
    if (!this.#unbegun && !this.#beginning && readyForQuery && this.getTransactionStatus() === 'I')
      throw new PostgresError('TRANSACTION_ENDED_INSIDE', { by: 'one of several statements' });
    this.#inside = false;
    return await this.query({ name: 'banyan_commit', text: 'COMMIT' });
  }

  /** Without what is held back. */
  async rollBack(): Promise<void> {
    const unbegun = this.#unbegun;
    this.#heldBack = [];
    this.#unbegun = false;
    this.#inside = false;
    if (!unbegun) await super.query('ROLLBACK');
    this.#refusal = undefined;
  }

  override query(config: unknown, values?: unknown, callback?: unknown): never {
    if (this.#inside) {
      const text = typeof config === 'string' ? config : (config as Partial<Query>).text;
      if (text !== undefined && endsTransaction(text)) return this.#refuse(text, [config, values, callback]);
    }
    if (this.#heldBack.length === 0 && !this.#beginning && !this.#refusal) {
      return super.query(config as never, values as never, callback as never) as never;
    }
    const isOwn = typeof (config as Partial<Query>).submit === 'function';
    const query = isOwn ? (config as Query) : queryOf(config, values, callback);
    if (isOwn) query.callback ??= [values, callback].find((given) => typeof given === 'function') as never;
    const result = isOwn || query.callback ? undefined : resultOf(query);
    if (this.#heldBack.length === 0) this.#submit(query);
    else if (!isOwn && !query.rows && query.requiresPreparation()) this.#send([query], query.callback!);
    else this.#sendInTwo(query);
    return (isOwn ? query : result) as never;
  }

  #refuse(text: string, given: readonly unknown[]): never {
    const error = new PostgresError('TRANSACTION_ENDED_INSIDE', { statement: text.slice(0, 100) });
    const callback = given.find((each) => typeof each === 'function') as ((error: Error) => void) | undefined;
    if (!callback) return Promise.reject(error) as never;
    process.nextTick(callback, error);
    return undefined as never;
  }

  /** What is held back, and these. */
  #send(queries: readonly Query[], callback: (error: unknown, result?: unknown) => void): void {
    const held = this.#heldBack;
    this.#heldBack = [];
    if (!this.#unbegun) {
      this.#submit(new Batch([...held, ...queries], callback));
      return;
    }
    const answered = (error: unknown, result?: unknown) => {
      this.#beginning = false;
      callback(error, result);
    };
    const batch = new Batch([...held, ...queries], answered, (index, error) => {
      if (index === 0) this.#refusal = error as Error;
    });
    this.#unbegun = false;
    this.#beginning = true;
    super.query(batch as pg.Submittable);
  }

  /** What may be several statements, or a conversation, goes after what is held back, and only if that went well. */
  #sendInTwo(query: Query): void {
    let failure: Error | undefined;
    this.#send([], (error) => {
      failure = error as Error;
    });
    this.#submit(query, () => failure);
  }

  /** When its turn comes, unless there is a reason not to by then. */
  #submit(query: Submittable, failure: () => Error | undefined = () => undefined): void {
    const submit = query.submit;
    query.submit = (connection) => this.#refusal ?? failure() ?? submit.call(query, connection);
    super.query(query as pg.Submittable);
  }
}

type Submittable = { submit(connection: pg.Connection): Error | null };

function resultOf(query: Query): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  query.callback = (error, result) => (error ? reject(error) : resolve(result));
  return promise.catch((error: Error) => {
    // As pg does: a trace that leads to who asked, not to the socket.
    Error.captureStackTrace(error);
    throw error;
  });
}
