import { describeStage } from '@banyan/plan/stages';
import { ControlError } from '../control.ts';
import type { ServiceFacts, Sources } from '../facts/facts.ts';
import { readServices } from '../store/store.ts';

/**
 * Lets a service retire that is migrated, proven equal, and of whose rows nobody has need on the monolith; for anything else throws
 * `ControlError` 409 with the way on. `force`: whatever of the monolith's still refers to its rows.
 */
export async function refuseRetirement(
  sources: Sources,
  { state, verification, linked }: ServiceFacts,
  { force }: { force: boolean },
): Promise<void> {
  const { service } = state;
  if (!linked)
    throw new ControlError(
      'nothing_to_retire',
      409,
      `'${service}' takes over no table: nothing of it is in the monolith's database`,
      'migrated is where it stays',
    );
  if (state.stage !== 'migrated')
    throw new ControlError(
      'not_migrated',
      409,
      `'${service}' is at ${describeStage(state.stage, state.share)}, not migrated`,
      `banyan advance ${service} --to migrated first`,
    );
  if (verification.verdict !== 'CONSISTENT')
    throw new ControlError(
      'not_consistent',
      409,
      `'${service}' is not proven equal on both sides (${verification.verdict})`,
      `banyan verify ${service} --repair`,
    );
  await refuseCutOff(sources, service);
  if (!force) await refuseWhileReferredTo(sources, service);
}

/** Rows that another service takes from the monolith must go on arriving there. */
async function refuseCutOff({ plan, pool }: Sources, service: string): Promise<void> {
  const owned = plan.services[service]!.tables.filter(({ rows }) => rows === 'owned').map(
    ({ legacy }) => `${legacy.schema}.${legacy.table}`,
  );
  for (const { service: other, stage } of await readServices(pool)) {
    const needs = plan.services[other]?.tables.find(
      ({ rows, legacy }) => rows === 'foreign' && owned.includes(`${legacy.schema}.${legacy.table}`),
    );
    if (other === service || !needs || stage === 'retired') continue;
    throw new ControlError(
      'others_depend',
      409,
      `'${other}' still takes rows of ${needs.legacy.table} that '${service}' writes back to the monolith`,
      `banyan retire ${other} first`,
    );
  }
}

/** What of the monolith's refers to rows that it would no longer get fails for each new one of them. */
async function refuseWhileReferredTo({ rollbackFacts }: Sources, service: string): Promise<void> {
  await rollbackFacts?.look(new Date());
  const referring = rollbackFacts?.referring(service)?.names ?? [];
  if (referring.length === 0) return;
  throw new ControlError(
    'monolith_cut_off',
    409,
    `the monolith still needs rows of '${service}', which it would no longer get: ${referring.join(', ')}`,
    `move these tables and columns as well, drop what refers to the rows there, or banyan retire ${service} --force if nothing uses them any more`,
  );
}
