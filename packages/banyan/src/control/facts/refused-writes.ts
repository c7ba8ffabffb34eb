import { isLinked, type ResolvedPlan } from '@banyan/plan';
import { refusedWrites } from '@banyan/replication';
import type pg from 'pg';
import type { ServiceState } from '../../rollout/state.ts';
import * as store from '../store/store.ts';
import { monolithPool } from './monolith-pool.ts';

/** How often the monolith's database is asked, ms. */
const FRESH_MS = 1_000;

/**
 * How many writes of others the write locks have refused since they were installed. A crash of the monolith's database
 * may have its counters jump ahead: what they say right after one is taken for their new beginning.
 */
export class RefusedWrites {
  readonly #control: pg.Pool;
  readonly #monolith: pg.Pool | null;
  #refused: Record<string, number> = {};
  #excused: Record<string, number> = {};
  /** As stored; null until it is read. */
  #begun: Map<string, store.RefusalsBegun> | null = null;
  readonly #linked: ReadonlySet<string>;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(plan: ResolvedPlan, control: pg.Pool) {
    this.#linked = new Set(
      Object.values(plan.services)
        .filter(isLinked)
        .map(({ name }) => name),
    );
    this.#control = control;
    this.#monolith = plan.monolith.writeLocks ? monolithPool(plan, 'banyan-refusals') : null;
  }

  /** As of the last look. */
  of(service: string): number {
    return this.#refused[service] ?? 0;
  }

  /** Those of the monolith's own jobs, which the plan names. They are shown, and decide nothing: a crash may add up to 32. */
  excusedOf(service: string): number {
    return this.#excused[service] ?? 0;
  }

  /** Rejects when a database is away; what was known stays. */
  async look(states: readonly ServiceState[], now: number): Promise<void> {
    if (this.#monolith === null || Math.abs(now - this.#lookedAt) < FRESH_MS) return;
    this.#lookedAt = now;
    this.#begun ??= await store.readRefusals(this.#control);
    const locked = states
      .filter(({ service, share }) => share > 0 && this.#linked.has(service))
      .map(({ service }) => service);
    await this.#forgetAllBut(locked, this.#begun);
    const refused: Record<string, number> = {};
    const excused: Record<string, number> = {};
    if (locked.length > 0) {
      const { counts, life, ...ofJobs } = await refusedWrites(this.#monolith, locked);
      for (const [index, service] of locked.entries()) {
        const begun = await this.#begunIn(service, life, counts[index]!, this.#begun);
        refused[service] = counts[index]! - begun;
        excused[service] = ofJobs.excused[index]!;
      }
    }
    this.#refused = refused;
    this.#excused = excused;
  }

  /** What the counter said when the database's present life began: 0 when the lock was installed in it. */
  async #begunIn(
    service: string,
    life: string,
    count: number,
    all: Map<string, store.RefusalsBegun>,
  ): Promise<number> {
    const known = all.get(service);
    if (known?.life === life) return known.before;
    const begun = { life, before: known ? count : 0 };
    await store.writeRefusals(this.#control, service, begun);
    all.set(service, begun);
    return begun.before;
  }

  /** Locks that are gone begin anew. */
  async #forgetAllBut(locked: readonly string[], all: Map<string, store.RefusalsBegun>): Promise<void> {
    const gone = [...all.keys()].filter((service) => !locked.includes(service));
    if (gone.length === 0) return;
    await store.forgetRefusals(this.#control, gone);
    for (const service of gone) all.delete(service);
  }

  async close(): Promise<void> {
    await this.#monolith?.end();
  }
}
