/**
 * Memory that a socket is read into. It is used again once everybody who holds it has let go: left to the garbage
 * collector, the chunks of a busy stream make it run so often that it costs more than reading. Who never lets go only
 * leaves a chunk to the collector after all.
 */
export class Chunk {
  readonly buffer: Buffer;
  /** Positions in `buffer`, of which the first `marked` are in use: one array for what all holders remember. */
  readonly marks: number[] = [];
  marked = 0;
  #holders = 1;

  private constructor(size: number) {
    this.buffer = Buffer.allocUnsafeSlow(size);
  }

  /** Held by the caller alone. Of at least `size` bytes, with anything in them. */
  static take(size: number): Chunk {
    const used = size > CHUNK_BYTES ? undefined : spare.pop();
    if (!used) return new Chunk(Math.max(size, CHUNK_BYTES));
    used.marked = 0;
    used.#holders = 1;
    return used;
  }

  hold(): void {
    this.#holders++;
  }

  /** At most as often as it was held: whoever else holds it would read what others have written. */
  release(): void {
    if (this.#holders === 0) throw new Error('The chunk was let go of too often');
    this.#holders--;
    if (this.#holders === 0 && this.buffer.length === CHUNK_BYTES && spare.length < SPARE) spare.push(this);
  }
}

/** A few reads of a busy stream. */
export const CHUNK_BYTES = 256 * 1024;
/** About as many as a busy stream has in flight. */
const SPARE = 12;
const spare: Chunk[] = [];
