import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { type UsersOfApi, usersOfApi } from '@banyan/harness/testing/system';
import { describeStage } from '@banyan/plan/stages';
import { type Chromium, chromiumMissing, inChromium } from '@banyan/ui/testing';
import { allOf, BORN_OUTSIDE, FIRST, migrate, OTHERS } from '../kit/testing/moves.ts';
import { goTo } from '../kit/testing/stages.ts';
import { system } from '../system.ts';
import { keepsTrack } from './testing/keeping-track.ts';
import { moveIn, openWindow } from './testing/story.ts';
import { startWholeWorld, USERS } from './testing/worlds.ts';

/**
 * What people see at the gateway while the ground moves: one person's story has no failed step and no error in its pages with no service
 * migrated, with three, with all, where what only the services have is used, too, and while each of them moves there and back, with others about. Somebody is there all the time, in two tabs:
 * they stay logged in, whoever signs their tokens, and what they have begun to enter while a service moves is there afterwards. Others use the public API
 * all the while: each of them is answered, and nothing that was promised to them is lost.
 */

const LIMIT = { timeout: 900_000 };

/** Of the public API, beside the pages: enough to be in the middle of something whenever a service moves. */
const REQUESTS_PER_SECOND = 5;

let world: Awaited<ReturnType<typeof startWholeWorld>>;
let others: UsersOfApi;

before(async () => {
  if (!chromiumMissing()) world = await startWholeWorld('web-story');
}, LIMIT);

after(async () => {
  await others?.stop();
  await world?.stop();
});

inChromium('one person’s story in the browser', (chromium) => {
  // One test: whoever is there all the time would be gone with the end of the first of several.
  it(
    'goes its way with no, three and all services migrated, and while they move there and back',
    LIMIT,
    async () => {
      await tellingOfStages(world.environment.control, () => goThrough(chromium));
    },
  );
});

type Story = () => Promise<void>;

async function goThrough(chromium: Chromium): Promise<void> {
  const { control } = world.environment;
  const resident = await moveIn(chromium, world.origin);
  const story = await openWindow(chromium, world.origin);
  const another = await openWindow(chromium, world.origin);
  /** Each move is met by whoever is there, and by stories in the middle. */
  const during = async (services: readonly string[], stage: 'migrated' | 'monolith', stories: Story[]) => {
    const headline = `Analyst of ${services.join(' and ')}`;
    await resident.begin(headline);
    const moves = async () => {
      for (const service of services) await allOf(goTo(control, service, stage), resident.goOn());
    };
    await allOf(moves(), ...stories.map((tell) => tell()));
    await resident.finish(headline);
  };

  await story();
  await migrate(control, [BORN_OUTSIDE]);
  others = await usersOfApi(system, world.environment, {
    users: USERS,
    ratePerSecond: REQUESTS_PER_SECOND,
  });
  await during(FIRST, 'migrated', []);
  await another();
  // Two at once.
  await during(OTHERS, 'migrated', [story, another]);
  await allStayMigrated(control);
  await keepsTrack(chromium, world);
  await story();
  await allStayMigrated(control);
  await during([...FIRST, ...OTHERS].toReversed(), 'monolith', [another]);
  await others.leave();
}

/** A service that went back by itself meanwhile is not there, for good reasons or not, and what only it has is rightly missing. */
async function allStayMigrated(control: Environment['control']): Promise<void> {
  const { services } = await control.status();
  const left = services.filter(({ stage }) => stage !== 'migrated').map(({ service }) => service);
  assert.deepEqual(left, [], 'all services are there');
}

/** A failure says where the services stood then, and how they had come there. */
async function tellingOfStages(control: Environment['control'], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const stages = await stagesOf(control).catch((error: Error) => [`Nobody says: ${error.message}`]);
    throw new Error([(cause as Error).message, 'The services stand at:', ...stages].join('\n  '), { cause });
  }
}

async function stagesOf(control: Environment['control']): Promise<string[]> {
  const [{ services }, steps] = await Promise.all([control.status(), control.steps(null, MOST_STEPS)]);
  return [
    ...services.map(
      ({ service, stage, share, paused, message }) =>
        `${service}: ${describeStage(stage, share)}, ${paused ?? message}`,
    ),
    'They came there by:',
    ...steps.map(
      ({ service, from, to, outcome, reason, startedAt }) =>
        `${startedAt.slice(11, -1)} ${service} from ${from} to ${to}: ${outcome}, ${reason}`,
    ),
  ];
}

const MOST_STEPS = 20;
