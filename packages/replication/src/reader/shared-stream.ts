import type { Lsn, Tuple, WalMessage, WalStream, WalStreamEvent } from '@banyan/postgres';
import type { Recipient } from './fan-out.ts';

/** The link does not read with others any more and goes on from its own slot. Nothing is wrong. */
export class Left extends Error {}

/** What one link gets of a slot that it reads with others: as a stream of its own, until it is left. */
export class SharedStream implements WalStream, Recipient {
  acked: Lsn;
  received: Lsn;
  readonly wants: (table: string) => boolean;
  readonly #onAck: () => void;
  readonly #onLeave: () => Promise<void>;
  #pending: WalMessage[] = [];
  /** Of what waits, about. */
  #bytes = 0;
  #left: string | undefined;
  /** It has brought something. */
  #begun = false;
  #closed = false;
  #wake: (() => void) | undefined;
  readonly #settled = Promise.withResolvers<void>();
  #event: WalStreamEvent | undefined;
  #listener: ((event: WalStreamEvent) => void) | undefined;

  constructor(options: {
    /** What ended here or before is durable on the link's target. */
    acked: Lsn;
    wants: (table: string) => boolean;
    onAck: () => void;
    /** Resolves once the link has a slot of its own again, if that can be had. Again is no error. */
    onLeave: () => Promise<void>;
  }) {
    this.acked = options.acked;
    this.received = options.acked;
    this.wants = options.wants;
    this.#onAck = options.onAck;
    this.#onLeave = options.onLeave;
  }

  /** Why it gets nothing any more; undefined: it does. */
  get left(): string | undefined {
    return this.#left;
  }

  /** Resolves once it brings the link's changes, or is left. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Hears what becomes of the connection, first how it is now. */
  listen(listener: (event: WalStreamEvent) => void): void {
    this.#listener = listener;
    if (this.#event) listener(this.#event);
  }

  tell(event: WalStreamEvent): void {
    this.#event = event;
    this.#listener?.(event);
    // Whoever waits to join reads nothing meanwhile, and has a slot of his own.
    if (event.kind === 'retrying' && !this.#begun) this.leave('the shared slot cannot be read');
  }

  take(message: WalMessage): void {
    if (this.#left !== undefined) {
      release(message);
      return;
    }
    if (message.kind === 'keepalive' && this.#pending.at(-1)?.kind === 'keepalive') this.#pending.pop();
    this.#pending.push(message);
    this.#bytes += sizeOf(message);
    if (message.kind === 'keepalive' || message.kind === 'start') this.#pass(message.lsn);
    else if (message.kind === 'commit') this.#pass(message.endLsn);
    if (message.kind === 'start') {
      this.#begun = true;
      this.#settled.resolve();
    }
    if (this.#bytes > LIMIT_BYTES || this.#pending.length > LIMIT_MESSAGES) this.leave('it is too slow');
  }

  /** All that has come so far may be read. */
  flush(): void {
    if (this.#pending.length > 0) this.#wakeConsumer();
  }

  /** Gets nothing any more: whoever reads is told, and has to close. */
  leave(why: string): void {
    if (this.#left !== undefined) return;
    this.#left = why;
    this.#settled.resolve();
    this.#forget();
    this.#wakeConsumer();
  }

  ack(lsn: Lsn): void {
    if (lsn > this.received) throw new RangeError('Cannot acknowledge a position that was not received');
    if (lsn <= this.acked) return;
    this.acked = lsn;
    this.#onAck();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.leave('it is closed');
    await this.#onLeave();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WalMessage[], void, undefined> {
    try {
      for (;;) {
        if (this.#closed) return;
        if (this.#left !== undefined) throw new Left(this.#left);
        if (this.#pending.length > 0) yield this.#takeAll();
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      await this.close();
    }
  }

  #takeAll(): WalMessage[] {
    const batch = this.#pending;
    this.#pending = [];
    this.#bytes = 0;
    return batch;
  }

  #pass(lsn: Lsn): void {
    if (lsn > this.received) this.received = lsn;
  }

  #forget(): void {
    for (const message of this.#takeAll()) release(message);
  }

  #wakeConsumer(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** Of what one link may let wait before it has to read from its own slot: others do not wait for it. */
const LIMIT_BYTES = 8 * 1024 * 1024;
const LIMIT_MESSAGES = 50_000;
/** Rows that are not decoded hold what they were read into, however few they are. */
const CHUNK_BYTES = 256 * 1024;

function release(message: WalMessage): void {
  if (message.kind === 'raw inserts') message.release();
}

function sizeOf(message: WalMessage): number {
  switch (message.kind) {
    case 'raw inserts':
      return CHUNK_BYTES;
    case 'insert':
      return sizeOfRow(message.new);
    case 'update':
      return sizeOfRow(message.new) + sizeOfRow(message.old);
    case 'delete':
      return sizeOfRow(message.old ?? message.key);
    case 'message':
      return message.content.length;
    default:
      return 0;
  }
}

function sizeOfRow(row: Tuple | undefined): number {
  let bytes = 0;
  for (const value of row ?? []) if (typeof value === 'string') bytes += value.length;
  return bytes;
}
