import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, type Json, request } from '@banyan/harness/testing';
import { goTo, noConflicts, startTestEnvironment, verified } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { TAKING } from './kit/sessions/transitions.ts';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { system } from './system.ts';

/**
 * A session is of two people, who are on different sides while a share of the users has moved: neither loses a write nor reads an old one.
 * Everybody teaches, for nothing: whose the credits are is another service's part of the plan.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PEOPLE = 40;
/** Whether each of the two has moved. */
const SIDES = { shadowing: [false, false], canary: [true, false], migrated: [true, true] };

let environment: Environment;
let pools: Record<'monolith' | 'session' | 'skill', pg.Pool>;
let skill: string;

before(async () => {
  environment = await startTestEnvironment(system, 'two-parties', {
    users: PEOPLE,
    services: ['skill', 'session'],
  });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 1 });
  pools = { monolith: pool('monolith'), session: pool('session'), skill: pool('skill') };
  const { rows } = await pools.monolith.query('SELECT skill_id FROM offered_skills LIMIT 1');
  skill = rows[0].skill_id;
  await pools.monolith.query('UPDATE skill_profiles SET hourly_rate = 0');
  await pools.monolith.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) SELECT id, $1, 'EXPERT' FROM users_legacy
     ON CONFLICT DO NOTHING`,
    [skill],
  );
});

after(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
});

const call = (n: number, method: string, path: string, body?: unknown): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, { token: data.token(userId(n), environment.secret), body });

/** Each day around the clock. */
async function teaches(n: number): Promise<void> {
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await good('hours', call(n, 'PUT', `/bookings/availability/${userId(n)}`, { zone: 'UTC', hours }));
}

/** Two people write a session in turns, and each reads at once what the other one has written. */
async function meet(seeker: number, provider: number, at: number): Promise<string> {
  const wanted = {
    providerId: userId(provider),
    skillId: skill,
    startsAt: new Date(at).toISOString(),
    minutes: 30,
  };
  const { id } = await good('book', call(seeker, 'POST', '/bookings', wanted));
  assert.equal((await call(seeker, 'POST', '/bookings', wanted)).body.code, 'SLOT_TAKEN');
  const seen = async () => {
    for (const one of [seeker, provider]) {
      const { state, version } = await good('read', call(one, 'GET', `/sessions/${id}`));
      const listed = await good('list', call(one, 'GET', '/sessions?size=100'));
      const own = listed.content.find((each: Json) => each.id === id);
      assert.deepEqual([own.state, own.version], [state, version]);
      states.push(state);
    }
  };
  const states: string[] = [];
  await seen();
  for (const [one, action] of [
    [provider, 'accept'],
    [provider, 'schedule'],
    [seeker, 'cancel'],
  ] as const) {
    const body = action === 'cancel' ? { reason: 'Ill' } : undefined;
    await good(action, call(one, 'POST', `/sessions/${id}/${action}`, body));
    await seen();
  }
  assert.deepEqual(
    states,
    ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'CANCELLED'].flatMap((state) => [state, state]),
  );
  return id;
}

/** Somebody says when they have time, and with the answer skill, which others find them by, knows it: whoever of the two writes it. */
async function isMatchedByHours(seeker: number, provider: number): Promise<void> {
  const hasTime = async (n: number, weekday: number) => {
    const hours = [{ weekday, from: '08:00', to: '24:00' }];
    await good('hours', call(n, 'PUT', `/bookings/availability/${userId(n)}`, { zone: 'UTC', hours }));
  };
  await hasTime(seeker, 1);
  for (const [weekday, share] of [
    [1, 1],
    [2, 0],
    [1, 1],
  ] as const) {
    await hasTime(provider, weekday);
    const { reasons } = await good('match', call(seeker, 'GET', `/matches/${userId(provider)}`));
    assert.equal(reasons.find(({ part }: Json) => part === 'availability').value, share);
  }
}

/** Whether the service answers what somebody asks: of what the monolith has not got it knows no such session, and nobody else knows of it at all. */
async function isMoved(n: number): Promise<boolean> {
  return (await call(n, 'GET', `/sessions/${randomUUID()}/calendar`)).body.code === 'SESSION_NOT_FOUND';
}

it('two people write and read one session on whatever sides they are, and no time is taken twice', async () => {
  const { control } = environment;
  const met: string[] = [];
  let at = Math.ceil(Date.now() / DAY) * DAY + 2 * DAY;
  await goTo(control, 'skill', 'migrated');
  await goTo(control, 'session', 'copying');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const) {
    await goTo(control, 'session', stage, share);
    const people = [11, 12, 13, 14, 15, 16, 17, 18];
    const moved = await Promise.all(people.map(isMoved));
    const one = people[Math.max(0, moved.indexOf(true))]!;
    const other = people[stage === 'canary' ? moved.indexOf(false) : 1]!;
    assert.deepEqual([await isMoved(one), await isMoved(other)], SIDES[stage]);
    for (const [seeker, provider] of [
      [one, other],
      [other, one],
    ] as const) {
      await teaches(provider);
      met.push(await meet(seeker, provider, at));
      at += HOUR;
    }
    await isMatchedByHours(one, other);
    await isMatchedByHours(other, one);
    for (const each of [one, other]) await teaches(each);
    // Several at once, on both sides, want the same time.
    const startsAt = new Date(at).toISOString();
    const wanted = { providerId: userId(one), skillId: skill, startsAt, minutes: 30 };
    const asked = await Promise.all(
      [21, 22, 23, 24, 25, 26].map((n) => call(n, 'POST', '/bookings', wanted)),
    );
    assert.deepEqual(asked.map(({ status }) => status).sort(), [201, ...Array(5).fill(409)]);
    at += HOUR;
  }
  for (const service of ['session', 'skill']) await verified(control, service);
  await goTo(control, 'session', 'monolith');
  met.push(await meet(12, 11, at));
  await isMatchedByHours(12, 11);
  await noConflicts(...Object.values(pools));
  const { rows } = await pools.monolith.query(
    'SELECT count(*)::int AS count FROM sessions WHERE id = ANY ($1) AND state = $2',
    [met, 'CANCELLED'],
  );
  assert.equal(rows[0].count, met.length);
  const double = await pools.monolith.query(
    `SELECT FROM sessions a JOIN sessions b ON a.provider_id = b.provider_id AND a.id < b.id
       AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.state = ANY ($1) AND b.state = ANY ($1)`,
    [TAKING],
  );
  assert.equal(double.rowCount, 0);
});
