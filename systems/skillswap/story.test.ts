import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { legacyToken } from '@banyan/harness';
import type { Environment } from '@banyan/harness/run';
import { assertSame, type Told } from '@banyan/harness/testing/story';
import {
  goBack,
  migrate,
  noConflicts,
  repeatWhile,
  startTestEnvironment,
} from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { MONOLITH_JOBS } from './kit/monolith-jobs.ts';
import { LEGACY_ISSUER } from './kit/tokens.ts';
import { userId } from './monolith/generate.ts';
import { contradictions } from './monolith/testing/ledger.ts';
import { assertSound } from './services/payment/testing/books.ts';
import { system } from './system.ts';
import { moveInTime } from './testing/move-in-time.ts';
import { storyOf } from './testing/story/story.ts';

/**
 * The story of two people and a session through the gateway, from the registration to the withdrawal, is the same to the word with no service
 * migrated, with three, with all six, and while each of them moves there and back; so is one that begins before a move and ends after it.
 */

const LIMIT = { timeout: 600_000 };
/** Others than those who are in the story: whoever matches is found among them. */
const OTHERS = 40;
const ADMIN = 1;
const FIRST = ['user', 'skill', 'notification'];
/** What leaves after them; payment with session, in one step. */
const THEN = ['session', 'analytics'];
const WITH_TABLES = system.services.filter((name) => name !== 'analytics');

let environment: Environment;
let monolith: pg.Pool;
/** What it does is no user's, so that nobody goes back for it where the write lock refuses it. */
let clock: pg.Pool;
let services: Map<string, pg.Pool>;
let skillId: string;
let adminToken: string;
/** As it goes with everything on the monolith. */
let onMonolith: Told[];

before(async () => {
  environment = await startTestEnvironment(system, 'skillswap-story', { users: OTHERS });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 1 });
  monolith = pool('monolith');
  clock = createPool(environment.databases.get('monolith')!, { max: 1, applicationName: MONOLITH_JOBS });
  services = new Map(WITH_TABLES.map((name) => [name, pool(name)]));
  const { rows } = await monolith.query('SELECT id FROM skills ORDER BY name LIMIT 1');
  skillId = rows[0].id;
  adminToken = legacyToken({ id: userId(ADMIN), role: 'ADMIN', issuer: LEGACY_ISSUER }, environment.secret);
}, LIMIT);

after(async () => {
  await Promise.all([monolith, clock, ...(services?.values() ?? [])].map((pool) => pool?.end()));
  await environment?.stop();
});

const begin = async () => {
  const { gatewayUrl } = environment;
  const letItBe = moveInTime({ monolith: clock, session: services.get('session')! });
  const story = storyOf({ gatewayUrl, skillId, adminToken, letItBe });
  await story.begin();
  return story;
};
const end = async (story: Awaited<ReturnType<typeof begin>>) => {
  await story.end();
  return story.told;
};
const tellTheSame = async () => assertSame(await end(await begin()), onMonolith);
/** While the services move, when it was begun before, and where they are then. */
const tellAcross = async (move: () => Promise<void>) => {
  const begun = await begin();
  await repeatWhile(move(), tellTheSame);
  assertSame(await end(begun), onMonolith);
  await tellTheSame();
};

it('goes its way with everything on the monolith', LIMIT, async () => {
  onMonolith = await end(await begin());
  assert.deepEqual(await contradictions(monolith), []);
});

it(
  'is the same with three services migrated, while they move, and when it was begun before',
  LIMIT,
  async () => {
    await tellAcross(() => migrate(environment.control, FIRST));
  },
);

it('is the same with all six migrated, while they move, and when it was begun before', LIMIT, async () => {
  await tellAcross(() => migrate(environment.control, THEN));
  await assertSound(services.get('payment')!);
});

it('is the same while all go back to the monolith, there, and when it was begun before', LIMIT, async () => {
  await tellAcross(() => goBack(environment.control, [...FIRST, ...THEN]));
  assert.deepEqual(await contradictions(monolith), []);
  await noConflicts(monolith, ...services.values());
});
