import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { contracts } from '../../contracts/session.ts';
import { type Json, variablesOf } from '../../kit/testing/service.ts';
import { startWorld, type World } from './testing/world.ts';

const session = defineService({
  name: 'session',
  use: { events: eventing(contracts, {}) },
  routes: () => {},
});

let world: World;
let double: Awaited<ReturnType<typeof session.start>>;

before(async () => {
  const told = await variablesOf('session');
  double = await session.start(told);
  world = await startWorld({ BUS_URL: told.BUS_URL! });
});
after(async () => {
  await world?.stop();
  await double?.close();
});

it('a session that was held makes a peer of who has learned, and its rating counts for who has taught, each once', async () => {
  const [seeker, provider] = [await world.person(), await world.person()];
  const [skillId] = (await world.skills(1)) as [string];
  await provider.say({ offered: [{ skillId, level: 'EXPERT' }] });
  await seeker.say({ wanted: [{ skillId }] });
  const endorse = () =>
    seeker.call('POST', `/skills/profiles/${provider.id}/offered/${skillId}/endorsements`);
  assert.equal((await endorse()).body.code, 'NOT_A_PEER');

  const parties = { sessionId: randomUUID(), seekerId: seeker.id, providerId: provider.id };
  const at = new Date().toISOString();
  await withTransaction(double.pool, async (tx) => {
    const { events } = double.provided;
    const held = { ...parties, skillId, startsAt: at, endsAt: at, credits: 10 };
    await events.publish(tx, 'SessionCompleted', held);
    await events.publish(tx, 'SessionRated', {
      ...parties,
      raterId: provider.id,
      ratedId: seeker.id,
      stars: 1,
    });
    await events.publish(tx, 'SessionRated', {
      ...parties,
      raterId: seeker.id,
      ratedId: provider.id,
      stars: 5,
    });
  });
  const matches = async () => (await seeker.call('GET', '/matches')).body;
  await until(async () => (await matches())[0]?.rating === 5);
  assert.deepEqual(
    (await matches()).map(({ userId, score }: Json) => [userId, score.rating]),
    [[provider.id, 1]],
  );
  assert.equal((await endorse()).body.count, 1);
  const own = async (id: string) => (await seeker.call('GET', `/skills/profiles/${id}`)).body.ratingCount;
  assert.deepEqual([await own(provider.id), await own(seeker.id)], [1, 0]);
});
