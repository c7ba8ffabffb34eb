import { RecentMap } from '@banyan/cohort/recent-map';
import type { ControlSource, KeyQuestion, LookedUpKey } from '../control/route-table.ts';

/** Bytes of answers that a worker remembers, and for how long an owner is taken to be the same, ms. */
const KEPT_BYTES = 8 * 1024 * 1024;
const KEEP_MS = 60_000;
/** How long a request waits for an answer, and for how long nobody is asked after one did not come, ms. */
const ASK_MS = 1_000;
const PAUSE_MS = 1_000;
/** Questions at once; a request that would ask one more goes on without its key. */
const MOST_PENDING = 256;
/** Longer ones are no identifiers of anybody's. */
const LONGEST_VALUE = 1_024;

const UNCLEAR: LookedUpKey = { state: 'unclear' };

type Kept = { key: string; until: number };

/**
 * Whose a row is that a path names by an identifier or a slug. Owners are remembered; that there is no such row is not, since
 * it may be created at any moment and has to be found by the next request. Whatever keeps the answer back makes the key
 * unclear, and never the request that of nobody.
 */
export class KeyLookup {
  readonly #source: Pick<ControlSource, 'lookup'>;
  readonly #now: () => number;
  readonly #kept = new RecentMap<Kept>(KEPT_BYTES, (id, { key }) => 200 + 2 * (id.length + key.length));
  readonly #pending = new Map<string, Promise<LookedUpKey>>();
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** `now`: monotonic milliseconds. */
  constructor(source: Pick<ControlSource, 'lookup'>, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /** The remembered answer, unless a fresh one is wanted; undefined: it has to be asked for. */
  peek(question: KeyQuestion, fresh = false): LookedUpKey | undefined {
    if (question.value.length > LONGEST_VALUE) return UNCLEAR;
    if (fresh) return undefined;
    const kept = this.#kept.get(idOf(question));
    return kept !== undefined && kept.until > this.#now() ? { state: 'found', key: kept.key } : undefined;
  }

  /** Never rejects; those who ask the same at the same time share the answer. */
  ask(question: KeyQuestion): Promise<LookedUpKey> {
    const id = idOf(question);
    const pending = this.#pending.get(id);
    if (pending !== undefined) return pending;
    if (this.#now() < this.#pausedUntil || this.#pending.size >= MOST_PENDING)
      return Promise.resolve(UNCLEAR);
    const asked = this.#ask(id, question).finally(() => this.#pending.delete(id));
    this.#pending.set(id, asked);
    return asked;
  }

  async #ask(id: string, question: KeyQuestion): Promise<LookedUpKey> {
    try {
      const answer = await this.#source.lookup(question, ASK_MS);
      if (answer.state === 'found') this.#kept.set(id, { key: answer.key, until: this.#now() + KEEP_MS });
      return answer;
    } catch {
      this.#pausedUntil = this.#now() + PAUSE_MS;
      return UNCLEAR;
    }
  }
}

function idOf({ service, table, matches, column, value }: KeyQuestion): string {
  return JSON.stringify([service, table, matches, column, value]);
}
