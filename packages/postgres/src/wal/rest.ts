import type { Socket } from 'node:net';
import { DirectSocket } from './direct-socket.ts';

/**
 * Lets a busy socket rest for some milliseconds between reads. A walsender writes every row by itself; read as they
 * come, each costs both processes a wake-up and a system call. What a rest gathers in the kernel's buffer is read at
 * once, and the walsender, which finds room all the while, does not sleep either. A quiet stream is read at once: only a
 * run of reads close together starts it, and a rest that gathered little ends it.
 */
export class Rest {
  readonly #socket: Socket;
  #run = 0;
  #last = 0;
  #rested = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * To be called after each read, with its size and the time in milliseconds. `full`: as much was read as there was
   * room for, so that more is there already and waiting is no use.
   */
  afterRead(bytes: number, full: boolean, now: number): void {
    const close = now - this.#last < CLOSE_MS;
    this.#last = now;
    if (this.#rested && bytes < WORTH_IT) this.#run = 0;
    else if (this.#run < RUN) this.#run = close ? this.#run + 1 : 0;
    this.#rested = this.#run >= RUN && !full;
    if (this.#rested) this.#rest();
  }

  #rest(): void {
    // `pause()` goes on reading into the stream's buffer, one small read at a time. Only the handle can stop that.
    const handle = (this.#socket as unknown as { _handle?: Partial<Handle> | null })._handle;
    if (typeof handle?.readStop !== 'function' || typeof handle.readStart !== 'function') return;
    handle.readStop();
    setTimeout(() => {
      // Another socket is paused by what waits in its buffer; of this one, only the handle can be.
      const paused = this.#socket instanceof DirectSocket && this.#socket.isPaused();
      if (!this.#socket.destroyed && !paused) handle.readStart?.();
    }, REST_MS);
  }
}

interface Handle {
  readStop(): void;
  readStart(): void;
}

/** Reads that follow one another this closely, so many times, are a run. */
const CLOSE_MS = 0.5;
const RUN = 16;
const REST_MS = 10;
/** Less than this gathered in a rest is not a busy stream. */
const WORTH_IT = REST_MS * 4 * 1024;
