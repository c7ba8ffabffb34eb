/** Lets so many run at once, in the order in which they came. */
export class Semaphore {
  readonly #size: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #change = Promise.withResolvers<void>();

  constructor(size: number) {
    this.#size = size;
  }

  get free(): number {
    return this.#size - this.#taken;
  }

  async enter<T>(run: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken++;
    try {
      return await run();
    } finally {
      // Whoever waits gets the place itself, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken--;
      this.#change.resolve();
      this.#change = Promise.withResolvers<void>();
    }
  }

  /** The next time that somebody leaves. */
  async change(): Promise<void> {
    await this.#change.promise;
  }

  async empty(): Promise<void> {
    while (this.#taken > 0) await this.change();
  }
}
