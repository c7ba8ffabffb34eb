import { describeStage, rank, type Target } from '@banyan/plan/stages';
import { ControlError } from '../control.ts';
import type { ServiceFacts, Sources } from '../facts/facts.ts';
import { readServices } from '../store/store.ts';

/**
 * Lets these go to the monolith if no service with users is made of what they tell: at the monolith nobody tells what it does with their rows. For anything else
 * throws `ControlError` 409 with the ways on. What a consumer has asked for that cannot be asked now is taken as it was read last, so that going back waits for nobody.
 */
export async function refuseSilence(
  { plan, pool, rollbackFacts }: Sources,
  group: readonly ServiceFacts[],
  { stage }: Target,
): Promise<void> {
  const telling = group.map(({ state }) => state).filter((state) => state.stage !== 'monolith');
  if (stage !== 'monolith' || !rollbackFacts || telling.length === 0) return;
  await rollbackFacts.lookWhoHears();
  const leaving = new Set(group.map(({ state }) => state.service));
  const used = (await readServices(pool)).filter(
    ({ service, share }) => share > 0 && plan.services[service] && !leaving.has(service),
  );
  for (const { service, stage: from } of telling) {
    const hears = used.find((one) => rollbackFacts.hearersOf(service).includes(one.service));
    if (!hears) continue;
    const stays =
      rank(from) > rank('shadowing')
        ? `banyan advance ${service} --to shadowing brings all users back and goes on telling; `
        : '';
    throw new ControlError(
      'others_hear',
      409,
      `'${hears.service}' is at ${describeStage(hears.stage, hears.share)} and is made of what '${service}' tells, which nobody tells of what the monolith does once '${service}' is there`,
      `${stays}banyan rollback ${hears.service} first, or banyan rollback ${service} --force: then '${hears.service}' lacks it until '${service}' is copied anew`,
    );
  }
}
