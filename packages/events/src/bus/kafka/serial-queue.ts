/** Runs work on its items one after another, in the order they came. */
export class SerialQueue<T> {
  readonly #work: (item: T) => Promise<void>;
  readonly #waiting: T[] = [];
  #busy = false;

  /** `work` must not reject. */
  constructor(work: (item: T) => Promise<void>) {
    this.#work = work;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (!this.#busy) void this.#run();
  }

  get idle(): boolean {
    return !this.#busy;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      await this.#work(item);
    }
    this.#busy = false;
  }
}
