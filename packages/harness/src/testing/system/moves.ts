import type { ControlClient } from '@banyan/banyan/operate';
import { goTo } from './stages.ts';

/** One after the other. */
export async function migrate(control: ControlClient, services: readonly string[]): Promise<void> {
  for (const service of services) await goTo(control, service, 'migrated');
}

/** In the opposite order of `migrate`. */
export async function goBack(control: ControlClient, services: readonly string[]): Promise<void> {
  for (const service of services.toReversed()) await goTo(control, service, 'monolith');
}

/** What people do, one after the other for as long as services move. Rejects, when both have ended, with what came of the first that failed. */
export async function repeatWhile(move: Promise<void>, act: () => Promise<void>): Promise<void> {
  let moving = true;
  const moved = move.finally(() => {
    moving = false;
  });
  const acts = (async () => {
    while (moving) await act();
  })();
  await allOf(acts, moved);
}

/** Rejects, when all have ended, with what came of the first that failed: what was begun is at its end before the next test begins. */
export async function allOf(...works: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works))
    if (outcome.status === 'rejected') throw outcome.reason;
}
