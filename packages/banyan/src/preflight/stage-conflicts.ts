import { type RouteTable, readTable } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { describeStage } from '@banyan/plan/stages';
import { withPool } from '@banyan/postgres';
import { readServices } from '../control/store/store.ts';
import type { ServiceState } from '../rollout/state.ts';

/** What a plan would do to users who are on a service, without a fence; `where` is a path in the plan. */
export type StageConflict = { where: string; message: string; hint: string };

/**
 * Compares a plan with where its services stand. Users change side by a fenced step only: a plan that takes a service away from
 * those who write on it, or deals its keys anew, is not to be started. Empty before the first start.
 */
export async function stageConflicts(plan: ResolvedPlan): Promise<StageConflict[]> {
  return await withPool(plan.control.database, { applicationName: 'banyan-standing' }, async (pool) => {
    const { rows } = await pool.query(
      `SELECT to_regclass('control.services') IS NOT NULL AND to_regclass('control.route_tables') IS NOT NULL AS known`,
    );
    if (!rows[0].known) return [];
    const states = await readServices(pool);
    return [...compare(plan, states, await readTable(pool)), ...standingApart(plan, states)];
  });
}

function compare(
  plan: ResolvedPlan,
  states: readonly ServiceState[],
  current: RouteTable | null,
): StageConflict[] {
  return states
    .filter(({ share }) => share > 0)
    .flatMap((state): StageConflict[] => {
      const { service: name } = state;
      const at = `the service ${name} is at ${describeStage(state.stage, state.share)}`;
      const service = plan.services[name];
      if (!service) {
        const hint =
          state.stage === 'retired'
            ? `name it again, and keep it as long as users come through the gateway: the monolith does not have its rows`
            : `name it again, run banyan rollback ${name}, and take it out when it is at the monolith`;
        return [
          {
            where: `services.${name}`,
            message: `${at}, but the plan does not name it: its users would be on the monolith at once, before their writes are`,
            hint,
          },
        ];
      }
      const salt = current?.services[name]?.salt;
      if (state.stage === 'retired' || salt === undefined || salt === service.salt) return [];
      return [
        {
          where: `services.${name}.salt`,
          message: `${at} with the salt '${salt}', not '${service.salt}': users would change side at once, before their writes do`,
          hint: `set salt: '${salt}', or run banyan rollback ${name} with it first`,
        },
      ];
    });
}

/** Services that leave together, and have not come to where they are together. */
function standingApart(plan: ResolvedPlan, states: readonly ServiceState[]): StageConflict[] {
  const standing = (name: string) => {
    const { stage, share } = states.find(({ service }) => service === name) ?? {
      stage: 'monolith',
      share: 0,
    };
    return describeStage(stage, share);
  };
  return Object.values(plan.services).flatMap(({ name, together }): StageConflict[] => {
    const [first] = together;
    if (standing(name) === standing(first!)) return [];
    return [
      {
        where: `services.${name}.together`,
        message: `the service ${name} is at ${standing(name)}, and ${first}, with which it leaves, at ${standing(first!)}`,
        hint: 'leave together out, bring both to the same stage with banyan rollback, and say it again',
      },
    ];
  });
}
