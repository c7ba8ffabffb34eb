import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { legacyToken } from '@banyan/harness';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, type Json, request } from '@banyan/harness/testing';
import { hear } from '@banyan/harness/testing/events';
import { goTo, startTestEnvironment } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { contracts as payment } from './contracts/payment.ts';
import { contracts as session } from './contracts/session.ts';
import { LEGACY_ISSUER } from './kit/tokens.ts';
import { createMonolith } from './monolith/app.ts';
import data from './monolith/data.ts';
import { connect } from './monolith/database.ts';
import { userId } from './monolith/generate.ts';
import { ASKED } from './services/analytics/hear.ts';
import { system } from './system.ts';

/**
 * What people are told of what they have learned and taught, by the monolith and by analytics, which has none of its tables: what it tells is made of
 * what the other services tell, be it of their own or of what the monolith does.
 */

const USERS = 40;
const ADMIN = 1;
const [SEEKER, PROVIDER] = [11, 12];
const DAY = 86_400_000;

let environment: Environment;
let pools: Record<'monolith' | 'session' | 'analytics', pg.Pool>;
/** The one on the same rows that nobody moves. */
let monolith: FastifyInstance;

before(async () => {
  environment = await startTestEnvironment(system, 'analytics-leaves', {
    users: USERS,
    services: ['user', 'skill', 'session', 'payment', 'analytics'],
  });
  const { databases, secret } = environment;
  pools = {
    monolith: connect(databases.get('monolith')!),
    session: createPool(databases.get('session')!, { max: 1 }),
    analytics: createPool(databases.get('analytics')!, { max: 1 }),
  };
  const settings = { bcryptCost: 4, accessTokenSeconds: 1_800, refreshTokenDays: 30 };
  monolith = await createMonolith(pools.monolith, { jwtSecret: secret, ...settings });
});

after(async () => {
  await monolith?.close();
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
});

/** As the monolith makes it, which looks who administrates; a service believes the token. */
const tokenOf = (n: number) =>
  n === ADMIN
    ? legacyToken({ id: userId(n), role: 'ADMIN', issuer: LEGACY_ISSUER }, environment.secret)
    : data.token(userId(n), environment.secret);
const call = (n: number, method: string, path: string, body?: unknown): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, { token: tokenOf(n), body });

/** To the byte, with all that a client sees of it. */
async function isTheSame(n: number, path: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${tokenOf(n)}` };
  const url = `/api/v1/analytics${path}`;
  const shown = await fetch(environment.gatewayUrl + url, { headers });
  const legacy = await monolith.inject({ url, headers });
  const text = await shown.text();
  if (process.env.DIFF && text !== legacy.body) console.log(n, path, shown.status, text, legacy.body);
  return (
    shown.status === legacy.statusCode &&
    shown.headers.get('content-type') === legacy.headers['content-type'] &&
    text === legacy.body
  );
}

/** As soon as what was done last has come everywhere. */
async function sameForAll(): Promise<void> {
  await until(() => isTheSame(ADMIN, '/platform'), { everyMs: 1000, limitMs: 20_000 });
  for (let n = 1; n <= USERS; n++)
    await until(() => isTheSame(n, '/summary'), { everyMs: 1000, limitMs: 20_000 });
}

let skillId: string;
let days = 2;

/** Somebody teaches somebody, is paid and rated, whoever writes it: the id. The time of it comes at once. */
async function teach(writer: 'monolith' | 'session'): Promise<string> {
  const startsAt = new Date(Math.ceil(Date.now() / DAY) * DAY + days++ * DAY).toISOString();
  const wanted = { providerId: userId(PROVIDER), skillId, startsAt, minutes: 60 };
  const { id } = await good('book', call(SEEKER, 'POST', '/bookings', wanted));
  const step = (n: number, name: string) => good(name, call(n, 'POST', `/sessions/${id}/${name}`));
  for (const name of ['accept', 'schedule']) await step(PROVIDER, name);
  await pools[writer].query(
    `UPDATE sessions SET starts_at = now() - interval '1 min', ends_at = now() + interval '59 min' WHERE id = $1`,
    [id],
  );
  // What is agreed is paid at once.
  for (const name of ['start', 'complete']) await step(SEEKER, name);
  await good('rate', call(SEEKER, 'POST', `/sessions/${id}/ratings`, { stars: 4 }));
  // So that the next one has the same time.
  await pools[writer].query(`UPDATE sessions SET starts_at = $2, ends_at = $3 WHERE id = $1`, [
    ...[id, startsAt, new Date(Date.parse(startsAt) + 3_600_000)],
  ]);
  return id;
}

it('analytics leaves: what the monolith has and does counts, and what services do, each once', async (t) => {
  const { control, busUrl } = environment;
  const events = { ...session.events, ...payment.events };
  const heard = await hear(t, { busUrl, events });
  const { rows } = await pools.monolith.query('SELECT skill_id FROM offered_skills LIMIT 1');
  skillId = rows[0].skill_id;
  await pools.monolith.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) VALUES ($1, $2, 'EXPERT') ON CONFLICT DO NOTHING`,
    [userId(PROVIDER), skillId],
  );
  await pools.monolith.query('UPDATE skill_profiles SET hourly_rate = 10 WHERE user_id = $1', [
    userId(PROVIDER),
  ]);
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await good(
    'hours',
    call(PROVIDER, 'PUT', `/bookings/availability/${userId(PROVIDER)}`, { zone: 'UTC', hours }),
  );
  await good(
    'buy',
    request(environment.gatewayUrl, 'POST', '/payments/purchases', {
      token: tokenOf(SEEKER),
      headers: { 'idempotency-key': randomUUID() },
      body: { paymentMethodId: 'pm_card_visa', amount: 10_000, currency: 'EUR' },
    }),
  );
  // Before anybody has asked.
  await teach('monolith');

  for (const service of ['user', 'skill', 'session', 'payment']) await goTo(control, service, 'copying');
  await goTo(control, 'analytics', 'shadowing');
  await until(async () => {
    const { rows } = await pools.analytics.query(
      'SELECT count(complete_at)::int AS complete FROM banyan_events.backfills_asked',
    );
    return rows[0].complete === ASKED.length;
  });
  const byRows = await teach('monolith');
  await goTo(control, 'analytics', 'migrated');
  await sameForAll();

  await goTo(control, 'session', 'migrated');
  const byService = await teach('session');
  await sameForAll();

  const told = (id: string) =>
    heard
      .filter(({ subject, recipient }) => subject === id && recipient === undefined)
      .map(({ type }) => type);
  assert.deepEqual(
    told(byRows).filter((type) => !type.startsWith('SessionCredits')),
    ['SessionKnown', 'RatingKnown'],
  );
  assert.deepEqual(
    told(byService).filter((type) => /Completed|Rated|Known/.test(type)),
    ['SessionCompleted', 'SessionRated'],
  );
});

it('counts what the monolith does after session and payment have gone back to it by themselves, and after somebody has sent them back', async () => {
  const { control } = environment;
  const at = async () =>
    (await control.status()).services.find(({ service }: Json) => service === 'session')!;
  await assert.rejects(pools.monolith.query('UPDATE sessions SET message = id::text'), { code: 'BA001' });
  const back = await until(
    async () => {
      const session = await at();
      return session.stage === 'copying' && session;
    },
    { everyMs: 100, limitMs: 60_000 },
  );
  assert.match(back.paused!, /write lock refused/);
  await teach('monolith');
  await sameForAll();

  await assert.rejects(control.rollback('session', ''), { code: 'others_hear', message: /'analytics'/ });
  await goTo(control, 'session', 'monolith');
  await until(async () => !(await at()).draining);
  // Nobody tells of it before they are copied anew.
  await teach('monolith');
  await goTo(control, 'session', 'copying');
  await sameForAll();
});

it('comes back, with nothing left', async () => {
  const { control } = environment;
  await goTo(control, 'analytics', 'monolith');
  const { services } = await control.status();
  assert.deepEqual(services.find(({ service }: Json) => service === 'analytics')!.links, []);
  // Then nobody counts what the monolith does when the others have come back.
  await goTo(control, 'session', 'monolith');
  await teach('monolith');
  await sameForAll();
});
