import { isDeepStrictEqual } from 'node:util';
import { publishTable, type RouteTable, readTable } from '@banyan/gateway';
import { buildRouteTable, type ResolvedPlan } from '@banyan/plan';
import * as store from '../store/store.ts';

/** Version of the table to publish next; inside the transaction that publishes it. */
export async function nextVersion(db: store.Queryable): Promise<number> {
  return ((await readTable(db))?.version ?? 0) + 1;
}

/** The table of the plan and the states as stored now. */
export async function tableOfStates(
  db: store.Queryable,
  plan: ResolvedPlan,
  version: number,
): Promise<RouteTable> {
  const states = await store.readServices(db);
  return buildRouteTable(plan, Object.fromEntries(states.map((state) => [state.service, state])), version);
}

/**
 * At start the plan may have changed since the last life: then its table is published, and what was counted by the old
 * rules of a service is void.
 */
export async function publishIfChanged(db: store.Queryable, plan: ResolvedPlan): Promise<void> {
  const current = await readTable(db);
  const version = (current?.version ?? 0) + 1;
  // Through JSON, as it is stored: undefined fields vanish.
  const table: RouteTable = JSON.parse(JSON.stringify(await tableOfStates(db, plan, version)));
  if (current && isDeepStrictEqual({ ...current, version: 0 }, { ...table, version: 0 })) return;
  const changed = Object.keys(table.services).filter(
    (service) => !current || !isDeepStrictEqual(rulesOf(current, service), rulesOf(table, service)),
  );
  await publishTable(db, table);
  await store.voidEvidence(db, changed, version);
}

/** Not whose first users are moving, which is no rule of this service. */
function rulesOf({ services, routes }: RouteTable, service: string): unknown {
  const own = routes.filter((route) => route.service === service);
  return [
    services[service],
    own.map(({ settle: { starting, ...settle }, ...route }) => ({ ...route, settle })),
  ];
}
