import type pg from 'pg';
import type { Baseline } from '../../rollout/evidence/observation.ts';
import * as store from '../store/store.ts';

/** The stored baselines, in memory: the controller is the only one that writes them. */
export class Baselines {
  readonly #pool: pg.Pool;
  #known: Promise<Record<string, Baseline>> | null = null;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all(): Promise<Record<string, Baseline>> {
    this.#known ??= store.readBaselines(this.#pool);
    try {
      return await this.#known;
    } catch (error) {
      this.#known = null; // the failure is this caller's, not the next one's
      throw error;
    }
  }

  async write(service: string, baseline: Baseline): Promise<void> {
    await store.writeBaseline(this.#pool, service, baseline);
    (await this.all())[service] = baseline;
  }
}
