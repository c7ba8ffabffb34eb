import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import { defineService, implement } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { contracts as session } from '../../contracts/session.ts';
import { contracts as user } from '../../contracts/user.ts';
import { type Json, variablesOf } from '../../kit/testing/service.ts';
import { startWorld, type World } from './testing/world.ts';

/** What the user service says of somebody when it is asked. */
let person = {
  fullName: 'Ann',
  status: 'ACTIVE',
  privacySettings: { profileVisibility: 'PUBLIC' as 'PUBLIC' | 'PRIVATE', showEmail: false, showCity: true },
};

const users = defineService({
  name: 'user',
  use: { events: eventing(user, {}) },
  routes: (app) => implement(app, user.operations, { getPerson: () => person }),
});
const sessions = defineService({
  name: 'session',
  use: { events: eventing(session, {}) },
  routes: () => {},
});

let world: World;
let doubles: [Awaited<ReturnType<typeof users.start>>, Awaited<ReturnType<typeof sessions.start>>];

before(async () => {
  const told = await variablesOf('user');
  const BUS_URL = told.BUS_URL!;
  doubles = [await users.start(told), await sessions.start({ ...(await variablesOf('session')), BUS_URL })];
  world = await startWorld({
    ...serviceKeysOf('skill', ['skill', 'user'], 'of this test'),
    ...{ BUS_URL, USER_URL: doubles[0].url, PEOPLE_LOOK_MS: '20' },
  });
});
after(async () => {
  await world?.stop();
  await Promise.all((doubles ?? []).map((double) => double.close()));
});

const register = (userId: string) =>
  withTransaction(doubles[0].pool, (tx) =>
    doubles[0].provided.events.publish(tx, 'UserRegistered', {
      ...{ userId, email: 'ann@example.com', fullName: 'Ann', timeZone: 'UTC', role: 'USER' },
      registeredAt: new Date().toISOString(),
    }),
  );

it('who registers has a skill profile, once, whoever tells of them again', async () => {
  const [id, other] = [randomUUID(), randomUUID()];
  await register(id);
  const path = `/skills/profiles/${id}`;
  const read = async () => (await world.call(id, 'GET', path)).body;
  await until(async () => (await read()).userId === id);
  const { rating: _rating, ratingCount: _count, updatedAt: _at, userId: _id, ...said } = await read();
  await world.call(id, 'PUT', path, { ...said, headline: 'Teaches' });
  await register(id);
  await register(other);
  await until(async () => (await world.call(other, 'GET', `/skills/profiles/${other}`)).status === 200);
  assert.deepEqual([(await read()).headline, (await read()).version], ['Teaches', 2]);
});

it('the index has what others see of somebody now, and what others say of them', async () => {
  const [id, seeker] = [randomUUID(), await world.person()];
  const [skill] = (await world.skills(1)) as [string];
  await register(id);
  const path = `/skills/profiles/${id}`;
  await until(async () => (await world.call(id, 'GET', path)).status === 200);
  const {
    rating: _rating,
    ratingCount: _count,
    updatedAt: _at,
    userId: _id,
    ...said
  } = (await world.call(id, 'GET', path)).body;
  await world.call(id, 'PUT', path, { ...said, offered: [{ skillId: skill, level: 'EXPERT' }] });
  await seeker.say({ wanted: [{ skillId: skill }] });
  const matches = async () =>
    (await seeker.call('GET', '/matches')).body.map(({ fullName, rating }: Json) => [fullName, rating]);
  assert.deepEqual(await matches(), [['Ann', null]]);
  const tell = (publish: (tx: Parameters<Parameters<typeof withTransaction>[1]>[0]) => Promise<unknown>) =>
    withTransaction(doubles[0].pool, publish);
  const changed = (field: string) =>
    tell((tx) =>
      doubles[0].provided.events.publish(tx, 'UserProfileUpdated', { userId: id, changedFields: [field] }),
    );

  person = { ...person, fullName: 'Ann Example' };
  await changed('fullName');
  await until(async () => (await matches())[0]?.[0] === 'Ann Example');

  const rate = { sessionId: randomUUID(), seekerId: seeker.id, providerId: id, raterId: seeker.id };
  await withTransaction(doubles[1].pool, async (tx) => {
    const { events } = doubles[1].provided;
    await events.publish(tx, 'SessionRated', { ...rate, ratedId: id, stars: 5 });
    await events.publish(tx, 'SessionRated', { ...rate, raterId: id, ratedId: seeker.id, stars: 1 });
  });
  await until(async () => (await matches())[0]?.[1] === 5);
  assert.equal((await seeker.call('GET', `/skills/profiles/${seeker.id}`)).body.ratingCount, 0);

  person = { ...person, privacySettings: { ...person.privacySettings, profileVisibility: 'PRIVATE' } };
  await changed('privacySettings');
  await until(async () => (await matches()).length === 0);

  await tell((tx) => doubles[0].provided.events.publish(tx, 'UserDeleted', { userId: id }));
  await until(async () => (await seeker.call('GET', path)).body.code === 'USER_NOT_FOUND');
  const { rows } = await world.service.pool.query(
    `SELECT (SELECT count(*)::int FROM offered_skills WHERE user_id = $1) AS offered, full_name FROM people WHERE id = $1`,
    [id],
  );
  assert.deepEqual(rows, [{ offered: 0, full_name: 'Deleted user' }]);
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
  await withTransaction(doubles[1].pool, async (tx) => {
    const { events } = doubles[1].provided;
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

it('who says anew when they have time is matched by that', async () => {
  const [seeker, provider] = [await world.person(), await world.person()];
  const [skillId] = (await world.skills(1)) as [string];
  const tell = (userId: string, weekday: number) =>
    withTransaction(doubles[1].pool, (tx) =>
      doubles[1].provided.events.publish(tx, 'AvailabilityChanged', {
        ...{ userId, zone: 'UTC', hours: [{ weekday, from: '08:00', to: '24:00' }] },
      }),
    );
  await provider.say({ offered: [{ skillId, level: 'EXPERT' }] });
  await seeker.say({ wanted: [{ skillId }] });
  await tell(seeker.id, 1);
  const shared = async () => (await seeker.call('GET', '/matches')).body[0]?.score.availability;
  for (const [weekday, share] of [
    [2, 0],
    [1, 1],
    [3, 0],
  ] as const) {
    await tell(provider.id, weekday);
    await until(async () => (await shared()) === share);
  }
});

it('what links of Banyan bring is left to them, so that a rating counts once; what only this service has of somebody goes', async () => {
  const [learner, teacher] = [await world.person(), await world.person()];
  const [skillId] = (await world.skills(1)) as [string];
  await teacher.say({ offered: [{ skillId, level: 'EXPERT' }] });
  await world.service.pool.query(
    `CREATE SCHEMA banyan CREATE TABLE shares (service text, share integer) CREATE TABLE links (link text);
     INSERT INTO banyan.links VALUES ('skill.forward')`,
  );
  const parties = { sessionId: randomUUID(), seekerId: learner.id, providerId: teacher.id };
  const at = new Date().toISOString();
  await withTransaction(doubles[1].pool, async (tx) => {
    const { events } = doubles[1].provided;
    await events.publish(tx, 'SessionRated', {
      ...parties,
      raterId: learner.id,
      ratedId: teacher.id,
      stars: 1,
    });
    await events.publish(tx, 'SessionCompleted', {
      ...{ ...parties, skillId, startsAt: at, endsAt: at, credits: 1 },
    });
  });
  const path = `/skills/profiles/${teacher.id}`;
  const endorsements = `${path}/offered/${skillId}/endorsements`;
  // The second of the two, of one key.
  await until(async () => (await learner.call('POST', endorsements)).status === 201);
  assert.equal((await learner.call('GET', path)).body.ratingCount, 0);

  await withTransaction(doubles[0].pool, (tx) =>
    doubles[0].provided.events.publish(tx, 'UserDeleted', { userId: teacher.id }),
  );
  await until(async () => (await learner.call('GET', endorsements)).body.count === 0);
  assert.equal((await learner.call('GET', path)).body.offered.length, 1);
});
