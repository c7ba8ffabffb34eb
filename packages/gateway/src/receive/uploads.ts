import type { IncomingMessage, ServerResponse } from 'node:http';

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

export class BodyStalled extends Error {
  readonly code = 'BANYAN_BODY_STALLED';
  constructor() {
    super('the client stopped sending the body');
  }
}

export class BodiesFull extends Error {
  readonly code = 'BANYAN_BODIES_FULL';
  constructor() {
    super('there is no room for one more body');
  }
}

export type UploadLimits = {
  bytes: number;
  /** How long nothing may come, in milliseconds. */
  idleMs: number;
};

type Done = (error: BodyTooLarge | BodyAborted | BodyStalled | BodiesFull | null, body: Buffer) => void;

const TICK_MS = 100;
/** However steadily it comes: a body that is kept in memory until it is whole may take no longer than this. */
const LONGEST_MS = 300_000;
/** Of all bodies of a worker that are in memory whole, or on their way to be. */
const HELD_BYTES = 128 * 1024 * 1024;

/** The bodies that are being read whole, with one timer for all of them. */
export class Uploads {
  readonly #running = new Set<Upload>();
  readonly #mostBytes: number;
  #heldBytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(mostBytes = HELD_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** Reads a body whole, within limits, and counts it as held until `res` is closed. Calls back exactly once. */
  read(req: IncomingMessage, res: ServerResponse, limits: UploadLimits, done: Done): void {
    let held = 0;
    const hold = (bytes: number): boolean => {
      if (this.#heldBytes + bytes > this.#mostBytes) return false;
      held += bytes;
      this.#heldBytes += bytes;
      return true;
    };
    res.once('close', () => {
      this.#heldBytes -= held;
      held = 0;
    });
    const upload = new Upload(req, limits, hold, (error, body) => {
      this.#running.delete(upload);
      done(error, body);
    });
    this.#running.add(upload);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  #tick(): void {
    for (const upload of this.#running) upload.tick();
    if (this.#running.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

class Upload {
  readonly #req: IncomingMessage;
  readonly #limits: UploadLimits;
  readonly #hold: (bytes: number) => boolean;
  readonly #done: Done;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #seen = 0;
  #idleMs = 0;
  #totalMs = 0;

  /** `hold` is asked for room before anything is kept. */
  constructor(req: IncomingMessage, limits: UploadLimits, hold: (bytes: number) => boolean, done: Done) {
    this.#req = req;
    this.#limits = limits;
    this.#hold = hold;
    this.#done = done;
    req.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onClose);
  }

  tick(): void {
    this.#totalMs += TICK_MS;
    this.#idleMs = this.#size === this.#seen ? this.#idleMs + TICK_MS : 0;
    this.#seen = this.#size;
    if (this.#idleMs <= this.#limits.idleMs && this.#totalMs <= LONGEST_MS) return;
    this.#req.pause();
    this.#finish(new BodyStalled());
  }

  #onData = (chunk: Buffer): void => {
    this.#size += chunk.length;
    const fits = this.#size <= this.#limits.bytes;
    if (fits && this.#hold(chunk.length)) {
      this.#chunks.push(chunk);
      return;
    }
    this.#req.pause();
    this.#finish(fits ? new BodiesFull() : new BodyTooLarge());
  };

  #onEnd = (): void => this.#finish(null);

  #onClose = (): void => this.#finish(new BodyAborted());

  #finish(error: Parameters<Done>[0]): void {
    const req = this.#req;
    req.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    req.off('error', this.#onClose).on('error', ignore);
    const chunks = this.#chunks;
    this.#done(error, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  }
}

const ignore = (): void => {};
