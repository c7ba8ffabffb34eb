import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { BORN_OUTSIDE, FIRST, goBack, migrate, OTHERS, repeatWhile } from './kit/testing/moves.ts';
import { type Told, tellStory } from './kit/testing/story.ts';

/**
 * One person's story through the gateway, from the registration to the offer, is the same to the word with no service migrated, with
 * three, with all, and while each of them moves there and back.
 */

const LIMIT = { timeout: 600_000 };

let environment: Environment;
/** As it goes with everything on the monolith. */
let onMonolith: Told[];
let people = 0;

before(async () => {
  environment = await startTestEnvironment('story', { users: 40 });
}, LIMIT);

after(async () => await environment?.stop());

const tell = () => tellStory(environment.gatewayUrl, `person${++people}`);
const tellTheSame = async () => assert.deepEqual(await tell(), onMonolith);

it('goes its way with everything on the monolith', LIMIT, async () => {
  await migrate(environment.control, [BORN_OUTSIDE]);
  onMonolith = await tell();
});

it('is the same with three services migrated, and while they move', LIMIT, async () => {
  await repeatWhile(migrate(environment.control, FIRST), tellTheSame);
  await tellTheSame();
});

it('is the same with all services migrated, and while they move', LIMIT, async () => {
  await repeatWhile(migrate(environment.control, OTHERS), tellTheSame);
  await tellTheSame();
});

it('is the same while all go back to the monolith, and there', LIMIT, async () => {
  await repeatWhile(goBack(environment.control, [...FIRST, ...OTHERS]), tellTheSame);
  await tellTheSame();
});
