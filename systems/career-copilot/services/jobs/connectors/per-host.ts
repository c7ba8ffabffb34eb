/** What is remembered of a host; the one that was noted the longest ago is forgotten first. */
export class PerHost<Noted> {
  readonly #byHost = new Map<string, Noted>();

  get(host: string): Noted | undefined {
    return this.#byHost.get(host);
  }

  note(host: string, noted: Noted): void {
    this.#byHost.delete(host);
    this.#byHost.set(host, noted);
    if (this.#byHost.size > MOST_HOSTS) this.#byHost.delete(this.#byHost.keys().next().value!);
  }
}

const MOST_HOSTS = 1_000;

/** Lets one piece of work at a time be done for each host, in the order in which it was asked for. */
export function turnsByHost(): <T>(host: string, work: () => Promise<T>) => Promise<T> {
  /** The end of the last one of each host: the next one waits for it. */
  const queues = new Map<string, Promise<unknown>>();
  return async (host, work) => {
    const mine = (queues.get(host) ?? Promise.resolve()).then(work);
    const ended = mine
      .catch(() => {})
      .then(() => {
        if (queues.get(host) === ended) queues.delete(host);
      });
    queues.set(host, ended);
    return await mine;
  };
}
