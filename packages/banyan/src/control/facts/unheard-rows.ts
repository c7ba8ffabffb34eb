import { type Unheard, unheardBackfills } from '@banyan/events/facts';
import type { ResolvedPlan } from '@banyan/plan';
import { askDatabases } from './ask-databases.ts';

/** How often a service is asked while somebody waits for the answer, ms. */
const LOOK_MS = 1_000;
const NAME = 'banyan-controller-unheard';

/**
 * What services have not handled yet of the rows that they had asked others for, as their own databases say. The loop has them read
 * beside itself.
 */
export class UnheardRows {
  readonly #plan: ResolvedPlan;
  readonly #known = new Map<string, Unheard[] | string>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;

  constructor(plan: ResolvedPlan) {
    this.#plan = plan;
  }

  /** By the service that tells it; a text: why it cannot be read; null: not read yet. */
  of(service: string): Unheard[] | string | null {
    return this.#plan.services[service]!.database === null ? [] : (this.#known.get(service) ?? null);
  }

  /** Reads again what is old, and forgets all services but these. `now`: any clock, ms. Never rejects. */
  async look(services: readonly string[], now: number): Promise<void> {
    for (const service of this.#known.keys()) if (!services.includes(service)) this.#known.delete(service);
    const old = now - this.#lookedAt >= LOOK_MS || now < this.#lookedAt;
    const unread = services.some((service) => !this.#known.has(service));
    if (this.#looking || services.length === 0 || !(old || unread)) return;
    this.#looking = true;
    this.#lookedAt = now;
    try {
      const urls = services.flatMap((service) => this.#plan.services[service]!.database ?? []);
      const answers = await askDatabases([...new Set(urls)], NAME, unheardBackfills);
      for (const service of services) {
        const answer = answers.get(this.#plan.services[service]!.database ?? '');
        if (answer) this.#known.set(service, 'answer' in answer ? answer.answer : answer.why);
      }
    } finally {
      this.#looking = false;
    }
  }
}
