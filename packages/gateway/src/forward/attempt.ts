import type { Side } from '../control/route-table.ts';
import type { AttemptTrace } from '../observe/tracing/trace.ts';
import type { Connection, ResponseHandler } from '../upstream/connection.ts';
import type { Instance, Upstream } from '../upstream/upstream.ts';
import type { UpstreamError } from '../upstream/upstream-error.ts';

/** What an attempt tells of. Calls come in the order head, data…, then end or failed; `failed` may come at any time. */
export interface AttemptOwner {
  /** The answer is late, and may still come. */
  onLate(attempt: Attempt): void;
  onHead(attempt: Attempt, status: number, headers: string[], length: number | null): void;
  onData(attempt: Attempt, chunk: Buffer): void;
  /** The rest of the answer comes in another turn. */
  onRest(): void;
  onEnd(attempt: Attempt): void;
  onFailed(attempt: Attempt, failure: Failure): void;
}

export type Failure = {
  /** No byte of the request was written, so it provably did not run. */
  notSent: boolean;
  timeout: boolean;
  error: UpstreamError;
};

/** One try at one instance. */
export class Attempt implements ResponseHandler {
  connection: Connection | null = null;
  sent = false;
  /** What still comes is read and thrown away. */
  discarded = false;
  aborted = false;
  readonly owner: AttemptOwner;
  readonly side: Side;
  readonly upstream: Upstream;
  readonly instance: Instance;
  readonly client: string;
  readonly startedAt: number;
  readonly trace: AttemptTrace | null;

  constructor(
    owner: AttemptOwner,
    side: Side,
    upstream: Upstream,
    instance: Instance,
    client: string,
    startedAt: number,
    trace: AttemptTrace | null,
  ) {
    this.owner = owner;
    this.side = side;
    this.upstream = upstream;
    this.instance = instance;
    this.client = client;
    this.startedAt = startedAt;
    this.trace = trace;
  }

  /** `byClient`: its client does not take the answer; else it is we who make it wait. */
  pause(byClient: boolean): void {
    this.connection?.pause(byClient);
  }

  resume(): void {
    this.connection?.resume();
  }

  abort(): void {
    this.aborted = true;
    if (this.connection) this.connection.abort();
    else this.instance.origin.withdraw(this.client, this);
  }

  /** Nobody waits for the answer any more: what is left of it may take so much longer. */
  expire(ms: number): void {
    this.connection?.expire(ms);
  }

  onLate(): void {
    this.owner.onLate(this);
  }

  onSent(): void {
    // The client went away while this was waiting for a connection.
    if (this.aborted) this.connection?.abort();
    else this.sent = true;
  }

  onHead(status: number, headers: string[], length: number | null): void {
    this.trace?.answered(status);
    if (!this.discarded) this.owner.onHead(this, status, headers, length);
  }

  onData(chunk: Buffer): void {
    if (!this.discarded) this.owner.onData(this, chunk);
  }

  onRest(): void {
    if (!this.discarded) this.owner.onRest();
  }

  onEnd(): void {
    this.trace?.ended();
    this.owner.onEnd(this);
  }

  onError(error: UpstreamError): void {
    this.trace?.failed(error.code);
    this.owner.onFailed(this, { notSent: !this.sent, timeout: error.code === 'timeout', error });
  }
}
