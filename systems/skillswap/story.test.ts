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
import { LEGACY_ISSUER } from './kit/tokens.ts';
import { userId } from './monolith/generate.ts';
import { contradictions } from './monolith/testing/ledger.ts';
import { system } from './system.ts';
import { storyOf } from './testing/story.ts';

/**
 * The story of two people and a session through the gateway, from the registration to the withdrawal, is the same to the word with no service
 * migrated, with all that leave, and while each of them moves there and back; so is one that begins before a move and ends after it.
 */

const LIMIT = { timeout: 600_000 };
/** Others than those who are in the story: whoever matches is found among them. */
const OTHERS = 40;
const ADMIN = 1;
/** Those that leave here. Of sessions and credits people are told in other words by the services than by the monolith's rows. */
const LEAVING = ['user', 'skill', 'notification'];

let environment: Environment;
let monolith: pg.Pool;
let skillId: string;
let adminToken: string;
/** As it goes with everything on the monolith. */
let onMonolith: Told[];

before(async () => {
  environment = await startTestEnvironment(system, 'skillswap-story', { users: OTHERS, services: LEAVING });
  monolith = createPool(environment.databases.get('monolith')!, { max: 1 });
  const { rows } = await monolith.query('SELECT id FROM skills ORDER BY name LIMIT 1');
  skillId = rows[0].id;
  adminToken = legacyToken({ id: userId(ADMIN), role: 'ADMIN', issuer: LEGACY_ISSUER }, environment.secret);
}, LIMIT);

after(async () => {
  await monolith?.end();
  await environment?.stop();
});

/** Sessions are the monolith's. */
async function letItBe(sessionId: string, minutesAfterBeginning: number): Promise<void> {
  await monolith.query(
    `UPDATE sessions SET starts_at = now() - make_interval(mins => $2), ends_at = ends_at - starts_at + now() - make_interval(mins => $2)
     WHERE id = $1`,
    [sessionId, minutesAfterBeginning],
  );
}

const begin = async () => {
  const story = storyOf({ gatewayUrl: environment.gatewayUrl, skillId, adminToken, letItBe });
  await story.begin();
  return story;
};
const end = async (story: Awaited<ReturnType<typeof begin>>) => {
  await story.end();
  return story.told;
};
const tellTheSame = async () => assertSame(await end(await begin()), onMonolith);

it('goes its way with everything on the monolith', LIMIT, async () => {
  onMonolith = await end(await begin());
  assert.deepEqual(await contradictions(monolith), []);
});

it(
  'is the same with all that leave migrated, while they move, and when it was begun before',
  LIMIT,
  async () => {
    const begun = await begin();
    await repeatWhile(migrate(environment.control, LEAVING), tellTheSame);
    assertSame(await end(begun), onMonolith);
    await tellTheSame();
  },
);

it('is the same while all go back to the monolith, there, and when it was begun before', LIMIT, async () => {
  const begun = await begin();
  await repeatWhile(goBack(environment.control, LEAVING), tellTheSame);
  assertSame(await end(begun), onMonolith);
  await tellTheSame();
  assert.deepEqual(await contradictions(monolith), []);
  const services = LEAVING.map((name) => createPool(environment.databases.get(name)!, { max: 1 }));
  await noConflicts(monolith, ...services);
  await Promise.all(services.map((pool) => pool.end()));
});
