import { type ResolvedPlan, resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService } from '@banyan/plan/testing';
import { copy, table } from '@banyan/replication';

/** The module that a plan would name. */
export const FACTS = import.meta.resolve('./account-facts.ts');

export const ACCOUNTS_TABLE = table({
  legacy: 'accounts',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
  columns: [copy('id', 'balance', 'note')],
});

/** URLs of databases. */
export type BankDatabases = { monolith: string; service: string; control: string };

/** The plan by which a service `bank` takes the table `accounts` over, with facts. */
export function bankPlan(
  databases: BankDatabases,
  { fenceLimitMs = 2_000, facts = FACTS }: { fenceLimitMs?: number; facts?: string | undefined } = {},
): ResolvedPlan {
  return resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: databases.monolith },
      control: { database: databases.control },
      gateway: {},
      services: {
        bank: aService('bank', {
          database: databases.service,
          facts,
          routes: [aRoute('GET /accounts', 'none', { auth: 'none' })],
          tables: [ACCOUNTS_TABLE],
          rollout: { fenceLimitMs },
        }),
      },
    }),
  );
}
