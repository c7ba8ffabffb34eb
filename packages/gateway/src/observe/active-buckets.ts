import { BUCKETS } from '@banyan/cohort';

const REPEAT_EVERY = 30;
const ONE = '1'.charCodeAt(0);

/**
 * Which buckets a service's keys fall into, as far as this worker has seen them: a bit each, however many keys there
 * are. It tells a share that holds no key from one whose keys do nothing.
 */
export class ActiveBuckets {
  /** As text: it is asked for each second while users come. */
  readonly #bits = new Map<string, Buffer>();
  readonly #changed = new Set<string>();
  #calls = 0;

  add(service: string, bucket: number): void {
    let bits = this.#bits.get(service);
    if (bits === undefined) {
      bits = Buffer.alloc(BUCKETS, '0');
      this.#bits.set(service, bits);
    }
    if (bits[bucket] === ONE) return;
    bits[bucket] = ONE;
    this.#changed.add(service);
  }

  /**
   * All buckets, as strings of 0 and 1, of the services that have a new one since the last call; now and then of all
   * services: a report may have been lost, or what it said forgotten.
   */
  take(): { service: string; buckets: string }[] {
    const all = ++this.#calls % REPEAT_EVERY === 0;
    const list = [...(all ? this.#bits.keys() : this.#changed)].map((service) => ({
      service,
      buckets: this.#bits.get(service)!.toString('latin1'),
    }));
    this.#changed.clear();
    return list;
  }
}
