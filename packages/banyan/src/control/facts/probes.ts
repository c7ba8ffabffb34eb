import type { ResolvedService } from '@banyan/plan';
import { probeHealth } from '../../preflight/probe-health.ts';
import type { UnwellInstance } from '../control.ts';

/** How long an answer is good for, ms. */
const FRESH_MS = 3_000;

type Known = { at: number; unwell: UnwellInstance[] };

/** Asks instances how they are before a service needs them, beside the loop: one that hangs delays nothing else. */
export class Probes {
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();
  readonly #answered: () => void;

  /** `answered` is called when there is news. */
  constructor(answered: () => void) {
    this.#answered = answered;
  }

  /** What was found lately, and what the gateways `told`; null while nobody has asked. */
  unwell(service: ResolvedService, now: Date, told: UnwellInstance[]): UnwellInstance[] | null {
    const known = this.#known.get(service.name);
    const age = now.getTime() - (known?.at ?? 0);
    if (known && age >= 0 && age < FRESH_MS)
      return [...known.unwell, ...told.filter(({ url }) => !known.unwell.some((one) => one.url === url))];
    if (!this.#asking.has(service.name)) void this.#ask(service);
    return null;
  }

  async #ask({ name, origins, health }: ResolvedService): Promise<void> {
    this.#asking.add(name);
    const asked = health === null ? [] : origins;
    const found = await Promise.all(
      asked.map(async (url) => ({ url, health: await probeHealth(url, health) })),
    );
    const unwell = found.flatMap(({ url, health }) =>
      health === null ? [] : [{ url, why: health.why, workers: 0, of: 0 }],
    );
    this.#known.set(name, { at: Date.now(), unwell });
    this.#asking.delete(name);
    this.#answered();
  }
}
