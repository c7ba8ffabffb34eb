import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { type Environment, startEnvironment } from '@banyan/harness/run';
import { scratchHome } from '@banyan/postgres/scratch-server';
import { goTo, QUICK_PACE } from './kit/testing/stages.ts';
import { type Told, tellStory } from './kit/testing/story.ts';
import { system } from './system.ts';

/**
 * One person's story through the gateway, from the registration to the offer, is the same to the word with no service migrated, with
 * three, with all, and while each of them moves there and back.
 */

const LIMIT = { timeout: 600_000 };
const FIRST = ['auth', 'users', 'applications'] as const;
/** Never was part of the monolith: without it nobody reads résumés, wherever the others stand. */
const BORN_OUTSIDE = 'integrations';
const OTHERS = system.services.filter(
  (name) => name !== BORN_OUTSIDE && !(FIRST as readonly string[]).includes(name),
);

const directory = mkdtempSync(join(scratchHome(), 'story-'));
let environment: Environment;
/** As it goes with everything on the monolith. */
let onMonolith: Told[];
let people = 0;

before(async () => {
  const settings = { fsync: 'off' };
  environment = await startEnvironment({
    system,
    directory,
    users: 40,
    settings,
    pace: QUICK_PACE,
    gatewayWorkers: 1,
  });
}, LIMIT);

after(async () => {
  await environment?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const tell = () => tellStory(environment.gatewayUrl, `person${++people}`);

it('goes its way with everything on the monolith', LIMIT, async () => {
  await goTo(environment.control, BORN_OUTSIDE, 'migrated');
  onMonolith = await tell();
});

it('is the same with three services migrated, and while they move', LIMIT, async () => {
  await storiesWhile(async () => {
    for (const service of FIRST) await goTo(environment.control, service, 'migrated');
  });
  assert.deepEqual(await tell(), onMonolith);
});

it('is the same with all services migrated, and while they move', LIMIT, async () => {
  await storiesWhile(async () => {
    for (const service of OTHERS) await goTo(environment.control, service, 'migrated');
  });
  assert.deepEqual(await tell(), onMonolith);
});

it('is the same while all go back to the monolith, and there', LIMIT, async () => {
  await storiesWhile(async () => {
    for (const service of [...FIRST, ...OTHERS].toReversed())
      await goTo(environment.control, service, 'monolith');
  });
  assert.deepEqual(await tell(), onMonolith);
});

/** One after the other for as long as services move. */
async function storiesWhile(move: () => Promise<void>): Promise<void> {
  let moving = true;
  const moved = move().finally(() => {
    moving = false;
  });
  const stories = (async () => {
    while (moving) assert.deepEqual(await tell(), onMonolith);
  })();
  // What was begun is at its end before the next test begins, whatever came of it.
  for (const outcome of await Promise.allSettled([stories, moved]))
    if (outcome.status === 'rejected') throw outcome.reason;
}
