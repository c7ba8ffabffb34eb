import type { Client, Dispatcher } from 'undici';
import type { Side } from './route-table.ts';
import type { OriginHandler } from './upstream/origin.ts';
import type { Instance, Upstream } from './upstream/upstream.ts';

/** What an attempt tells of. Calls come in the order head, data…, then end or failed; `failed` may come at any time. */
export interface AttemptOwner {
  onHead(attempt: Attempt, status: number, raw: RawHeaders, length: number | null): void;
  onData(attempt: Attempt, chunk: Buffer): void;
  onEnd(attempt: Attempt): void;
  onFailed(attempt: Attempt, failure: Failure): void;
}

export type RawHeaders = readonly (Buffer | string)[];

export type Failure = {
  /** No byte of the request was written, so it provably did not run. */
  notSent: boolean;
  timeout: boolean;
  error: Error & { code?: string };
};

/** One try at one instance: undici's handler for it. */
export class Attempt implements OriginHandler {
  connection: Client | null = null;
  controller: Dispatcher.DispatchController | null = null;
  sent = false;
  status = 0;
  /** What still comes is read and thrown away. */
  discarded = false;
  aborted = false;
  readonly owner: AttemptOwner;
  readonly side: Side;
  readonly upstream: Upstream;
  readonly instance: Instance;
  readonly startedAt: number;

  constructor(owner: AttemptOwner, side: Side, upstream: Upstream, instance: Instance, startedAt: number) {
    this.owner = owner;
    this.side = side;
    this.upstream = upstream;
    this.instance = instance;
    this.startedAt = startedAt;
  }

  abort(): void {
    this.aborted = true;
    this.controller?.abort(new Error('the client went away'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.aborted) controller.abort(new Error('the client went away'));
    else this.sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.status = status;
    if (this.discarded) return;
    const length = headers['content-length'];
    this.owner.onHead(
      this,
      status,
      controller.rawHeaders as RawHeaders,
      typeof length === 'string' ? Number(length) : null,
    );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.discarded) this.owner.onData(this, chunk);
  }

  onResponseEnd(): void {
    this.instance.origin.release(this);
    this.owner.onEnd(this);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error & { code?: string }): void {
    this.instance.origin.release(this);
    const timeout = error.code === 'UND_ERR_HEADERS_TIMEOUT' || error.code === 'UND_ERR_BODY_TIMEOUT';
    this.owner.onFailed(this, { notSent: !this.sent, timeout, error });
  }
}
