import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** A body up to this length is read whole before it is forwarded: it can be sent again, and no slow sender blocks a fence. */
export const BUFFERED_BYTES = 64 * 1024;

export class BodyTooLarge extends Error {
  readonly code = 'BANYAN_BODY_TOO_LARGE';
  constructor() {
    super('the body is larger than the limit');
  }
}

export class BodyAborted extends Error {
  readonly code = 'BANYAN_BODY_ABORTED';
  constructor() {
    super('the client went away before the end of the body');
  }
}

/** Reads a body whole, at most `limit` bytes. Calls back exactly once. */
export function readBody(
  req: IncomingMessage,
  limit: number,
  done: (error: BodyTooLarge | BodyAborted | null, body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (error: BodyTooLarge | BodyAborted | null) => {
    req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    req.on('error', ignore);
    done(error, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  };
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
      return;
    }
    req.pause();
    finish(new BodyTooLarge());
  };
  const onEnd = () => finish(null);
  const onClose = () => finish(new BodyAborted());
  req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
}

const ignore = (): void => {};

/**
 * A request's body as a stream of its own, counted. When it is destroyed (the upstream failed) the client's connection
 * stays usable for the answer, which it would not if the request itself were destroyed.
 */
export class BodyStream extends Readable {
  readonly #req: IncomingMessage;
  #left: number;

  constructor(req: IncomingMessage, limit: number) {
    super();
    this.#req = req;
    this.#left = limit;
    req.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      this.#left -= chunk.length;
      if (this.#left < 0) this.destroy(new BodyTooLarge());
      else if (!this.push(chunk)) req.pause();
    });
    req.on('end', () => this.push(null));
    req.on('close', () => {
      if (!req.complete) this.destroy(new BodyAborted());
    });
    req.on('error', () => this.destroy(new BodyAborted()));
    req.pause();
  }

  override _read(): void {
    this.#req.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#req.pause();
    callback(error);
  }
}

/** Is this content type JSON, in plain form? */
export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
}
