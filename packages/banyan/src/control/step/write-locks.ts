import { isLinked, type ResolvedPlan } from '@banyan/plan';
import { createPool } from '@banyan/postgres';
import { installGuard, removeGuard, setGuard } from '@banyan/replication';
import type pg from 'pg';
import type { ServiceState } from '../../rollout/state.ts';

/** Wrong-side write locks on the monolith: which share of each service's rows it refuses to change. */
export type WriteLocks = {
  install(service: string): Promise<void>;
  set(service: string, share: number): Promise<void>;
  /** Brings what is installed in line with the stored states: after a restart, after an aborted step, after going back. */
  reconcile(states: ServiceState[]): Promise<void>;
  close(): Promise<void>;
};

export function createWriteLocks(plan: ResolvedPlan): WriteLocks {
  if (!plan.monolith.writeLocks) {
    return { install: async () => {}, set: async () => {}, reconcile: async () => {}, close: async () => {} };
  }
  const pool: pg.Pool = createPool(plan.monolith.database, {
    applicationName: 'banyan-guard',
    max: 2,
    exact: true,
  });
  /** What is known to be installed: a share, or null for none. Missing: not known. */
  const known = new Map<string, number | null>();

  return {
    async install(service) {
      if (typeof known.get(service) === 'number') return;
      const { tables, salt } = plan.services[service]!;
      if (tables.length === 0) return;
      const { cascades, jobs } = plan.monolith;
      await installGuard(pool, { service, tables, salt, cascades, jobs });
      await this.set(service, 0);
    },
    async set(service, share) {
      if (!isLinked(plan.services[service]!)) return;
      await setGuard(pool, { service, share });
      known.set(service, share);
    },
    async reconcile(states) {
      for (const { service, stage, share, draining } of states) {
        if (!plan.services[service] || !isLinked(plan.services[service])) continue;
        if (stage !== 'canary' && stage !== 'migrated' && !(stage === 'retired' && draining)) {
          if (known.get(service) === null) continue;
          await removeGuard(pool, { service });
          known.set(service, null);
        } else if (known.get(service) !== share) {
          await this.install(service);
          await this.set(service, share);
        }
      }
    },
    close: () => pool.end(),
  };
}
