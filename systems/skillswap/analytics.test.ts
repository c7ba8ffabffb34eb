import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { productsContract } from '@banyan/analytics/testing';
import type { FromRows } from '@banyan/events';
import { type Bus, openBus } from '@banyan/events/machinery';
import { eventOf } from '@banyan/harness/testing/events';
import { differencesOfApi, send } from '@banyan/harness/testing/parity';
import { testServer, until } from '@banyan/postgres/testing';
import type pg from 'pg';
import type { Json } from './kit/testing/service.ts';
import { startWithGateway } from './kit/testing/world.ts';
import { createMonolith } from './monolith/app.ts';
import data from './monolith/data.ts';
import { connect } from './monolith/database.ts';
import { generate, userId } from './monolith/generate.ts';
import { contracts } from './services/analytics/hear.ts';
import { analytics } from './services/analytics/main.ts';
import { PRODUCTS } from './services/analytics/products.ts';
import * as payment from './services/payment/facts.ts';
import * as session from './services/session/facts.ts';
import * as skill from './services/skill/facts.ts';

/** The analytics service, and what others tell it over the bus: among it what a monolith has, whose answers are the same. */

const start = () =>
  startWithGateway(analytics, { COUNT_LOOK_MS: '20', SKILL_WAIT_MS: '3600000', OVERVIEW_SECONDS: '0.2' });
let world: Awaited<ReturnType<typeof start>>;
let bus: Bus;

before(async () => {
  world = await start();
  bus = await openBus(world.variables.BUS_URL!);
});

after(async () => {
  await bus?.close();
  await world?.stop();
});

type Told = { type: keyof typeof contracts.events; data: Record<string, unknown>; time?: string };

/** Each a message of its own, which is told twice, as after a crash of whoever tells it. */
async function tell(...all: Told[]): Promise<void> {
  const messages = all.map(({ type, data, time = AT }) => eventOf(contracts, type, data, { time }));
  await bus.publish(messages);
  await bus.publish(messages);
}
const AT = '2026-11-02T22:40:00.000Z';

const call = (as: string, path: string, role?: string) =>
  world.call(as, 'GET', `/analytics${path}`, undefined, role === undefined ? {} : { role });
const admin = randomUUID();

/** Of somebody who teaches for an hour, 20 credits. */
function taught(changes: Record<string, unknown> = {}) {
  const parties = { sessionId: randomUUID(), seekerId: randomUUID(), providerId: randomUUID(), ...changes };
  const session = {
    ...{ skillId: randomUUID(), startsAt: '2026-11-02T21:30:00.000Z', endsAt: '2026-11-02T22:30:00.000Z' },
    ...{ credits: 20, ...parties },
  } as { sessionId: string; seekerId: string; providerId: string; skillId: string };
  const { sessionId, seekerId, providerId } = session;
  return {
    ...{ session, sessionId, seekerId, providerId },
    completed: { type: 'SessionCompleted', data: session } as Told,
    paid: {
      type: 'CreditsTransferred',
      data: {
        ...{ fromUserId: seekerId, toUserId: providerId, amount: 20, platformFee: 1 },
        ...{ transactionId: randomUUID(), reference: `session:${sessionId}` },
      },
    } as Told,
    /** The same, by the rows of a monolith: with it how each of the two was. */
    known: [
      { type: 'SessionKnown', data: { ...session, completedAt: '2026-11-02T22:35:00.000Z' } },
      ...(
        [
          [seekerId, providerId, 5],
          [providerId, seekerId, 1],
        ] as const
      ).map(([raterId, ratedId, stars]) => ({
        type: 'RatingKnown' as const,
        data: { sessionId, raterId, ratedId, stars, ratedAt: AT },
      })),
      ...(
        [
          ['PAYMENT', seekerId, 20],
          ['EARNING', providerId, 19],
          ['FEE', null, 1],
        ] as const
      ).map(([part, userId, credits]) => ({
        type: 'SessionCreditsKnown' as const,
        data: { sessionId, part, userId, credits, movedAt: '2026-11-02T22:35:00.000Z' },
      })),
    ] as Told[],
    rated: (stars: number, time = AT): Told => ({
      type: 'SessionRated',
      data: { sessionId, seekerId, providerId, raterId: seekerId, ratedId: providerId, stars },
      time,
    }),
  };
}

/** A skill of a category of its own. */
function skillOf(categoryName: string) {
  const [skillId, categoryId] = [randomUUID(), randomUUID()];
  const category: Told = {
    type: 'SkillCategoryAdded',
    data: { categoryId, name: categoryName, parentId: null },
  };
  return {
    skillId,
    told: [
      { type: 'SkillAdded', data: { skillId, categoryId, name: `${categoryName} for all` } },
      category,
    ] as Told[],
  };
}

const SPAN = 'from=2026-11-02T00:00:00Z&to=2026-11-03T23:59:59Z';

const metric = async (name: string): Promise<string[]> =>
  (await (await fetch(`${world.service.url}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith(name))
    .map((line) => line.replace(/,?(service|instance)="[^"]*"/g, ''));

async function revenue(): Promise<number> {
  const [sum] = await metric('revenue_session_amount_sum');
  return Number(sum?.split(' ').at(-1) ?? 0);
}

describe('what others tell', () => {
  it('counts once, told twice and in any order, for both of a session', async () => {
    const { completed, paid, rated, seekerId, providerId } = taught();
    await tell(rated(4), paid, completed);
    const learned = { sessions: 1, hours: 1, credits: 20 };
    const nothing = { sessions: 0, hours: 0, credits: 0 };
    await until(async () => (await call(seekerId, '/summary')).body.learned.sessions === 1);
    assert.deepEqual((await call(seekerId, '/summary')).body, { learned, taught: nothing, rating: null });
    assert.deepEqual((await call(providerId, '/summary')).body, {
      ...{ learned: nothing, taught: { ...learned, credits: 19 }, rating: 4 },
    });
  });

  it('of something else than a session is no revenue, and stars of seekers are those of no provider', async () => {
    const { completed, paid, rated, seekerId, providerId } = taught();
    const gift = { ...paid.data, transactionId: randomUUID(), reference: null };
    const ofSeeker = { ...rated(1).data, raterId: providerId, ratedId: seekerId };
    await tell(
      { type: 'CreditsTransferred', data: gift },
      { type: 'SessionRated', data: ofSeeker },
      completed,
    );
    await until(async () => (await call(seekerId, '/summary')).body.learned.sessions === 1);
    const { body } = await call(providerId, '/summary');
    assert.deepEqual([body.taught.credits, body.rating], [0, null]);
    assert.equal((await call(seekerId, '/summary')).body.rating, null);
  });

  it('ends what somebody may do here, and takes along what they have made', async () => {
    const [suspended, deleted] = [randomUUID(), randomUUID()];
    const dashboard = { title: 'Mine', widgets: [] };
    assert.equal((await world.call(deleted, 'PUT', '/analytics/dashboards/mine', dashboard)).status, 200);
    await tell(
      { type: 'UserDeleted', data: { userId: deleted } },
      { type: 'UserSuspended', data: { userId: suspended } },
      { type: 'UserSuspended', data: { userId: deleted } },
    );
    for (const one of [suspended, deleted])
      await until(async () => (await call(one, '/summary')).body.code === 'ACCOUNT_INACTIVE');
    const { rows } = await world.service.pool.query('SELECT FROM dashboards WHERE user_id = $1', [deleted]);
    assert.equal(rows.length, 0);
    for (const path of ['/series?metric=sessions.taught', '/products', '/dashboards', '/reports'])
      assert.equal((await call(suspended, path)).status, 403, path);
    await tell(
      { type: 'UserReinstated', data: { userId: deleted } },
      { type: 'UserReinstated', data: { userId: suspended } },
    );
    await until(async () => (await call(suspended, '/summary')).status === 200);
    assert.equal((await call(deleted, '/summary')).body.code, 'ACCOUNT_INACTIVE');
  });
});

describe('metrics of the business', () => {
  it('are sessions by category and stars of then, what was paid, and how long it took, each once', async () => {
    const { skillId, told } = skillOf('Juggling');
    const providerId = randomUUID();
    const before = taught({ skillId, providerId });
    const [one, two] = [taught({ skillId, providerId }), taught({ skillId })];
    const paidBefore = await revenue();
    // The skill is told of last; what was rated later counts for later ones.
    await tell({ ...before.completed, time: '2026-10-31T10:00:00Z' });
    await tell(before.rated(4, '2026-11-01T10:00:00Z'), one.rated(1, '2026-11-03T10:00:00Z'));
    await tell(one.completed, two.completed, one.paid);
    await tell(...told);
    const completed = async () =>
      (await metric('sessions_completed')).filter((line) => line.includes('"Juggling"')).toSorted();
    await until(async () => (await completed()).length === 2 && (await revenue()) > paidBefore);
    assert.deepEqual(await completed(), [
      'sessions_completed{skill_category="Juggling",provider_rating="4"} 1',
      'sessions_completed{skill_category="Juggling",provider_rating="none"} 2',
    ]);
    assert.equal((await revenue()) - paidBefore, 20);
    const [bucket] = (await metric('sessions_duration_bucket')).filter((line) => line.includes('le="2700"'));
    assert.match(bucket!, / 0$/);
  });
});

describe('what rows say', () => {
  it('of what was there before is in figures as of when it was, and in no metric', async () => {
    const { skillId, told } = skillOf('Knots');
    const [old, fresh] = [taught({ skillId }), taught({ skillId })];
    const time = '2026-11-20T10:00:00.000Z';
    const paidBefore = await revenue();
    const known = old.known.map(({ type, data }) => ({
      ...eventOf(contracts, type, data, { time }),
      recipient: 'analytics',
    }));
    await bus.publish(known);
    await until(async () => (await call(old.seekerId, '/summary')).body.learned.sessions === 1);
    await tell(...told, ...fresh.known);
    const counted = async () =>
      (await metric('sessions_completed')).filter((line) => line.includes('"Knots"'));
    await until(async () => (await counted()).length > 0 && (await revenue()) > paidBefore);
    assert.deepEqual(await counted(), [
      'sessions_completed{skill_category="Knots",provider_rating="none"} 1',
    ]);
    assert.equal((await revenue()) - paidBefore, 20);
    for (const metric of ['sessions.learned', 'credits.spent']) {
      const { points } = (await call(old.seekerId, `/series?metric=${metric}&${SPAN}`)).body;
      assert.deepEqual(points[0], { period: '2026-11-02', count: metric === 'credits.spent' ? 20 : 1 });
    }
  });

  it('is told in any order, and together with what the services tell of the same, counts once', async () => {
    const { completed, paid, rated, known, seekerId, providerId } = taught();
    const paidBefore = await revenue();
    await tell(...known.toReversed());
    const summary = async (id: string) => (await call(id, '/summary')).body;
    const side = { sessions: 1, hours: 1, credits: 20 };
    const both = async () =>
      (await summary(seekerId)).learned.sessions === 1 && (await summary(providerId)).taught.credits === 19;
    await until(both);
    await tell(completed, paid, rated(2));
    const last = taught();
    await tell(last.completed, last.paid);
    await until(async () => (await revenue()) - paidBefore >= 40);
    assert.deepEqual((await summary(seekerId)).learned, side);
    const { taught: teaching, rating } = await summary(providerId);
    // Whoever is rated first is rated for good; the seeker's stars are those of no provider.
    assert.deepEqual([teaching, rating], [{ ...side, credits: 19 }, 5]);
    assert.equal((await summary(seekerId)).rating, null);
    assert.equal((await revenue()) - paidBefore, 40);
  });
});

describe('series and dashboards', () => {
  it('are exact in the zone of whoever asks, of oneself, and of all for administrators', async () => {
    const { completed, paid, seekerId } = taught();
    await tell(completed, paid);
    await until(async () => (await call(seekerId, '/summary')).body.learned.credits === 20);
    const points = async (metric: string, zone: string) =>
      (await call(seekerId, `/series?metric=${metric}&zone=${zone}&${SPAN}`)).body.points.map(
        (one: Json) => one.count,
      );
    assert.deepEqual(await points('sessions.learned', 'UTC'), [1, 0]);
    // 22:40 in UTC is 04:25 of the next day there.
    assert.deepEqual(await points('credits.spent', 'Asia/Kathmandu'), [0, 20, 0]);
    assert.deepEqual(await points('minutes.learned', 'UTC'), [60, 0]);
    const ofAll = `/all/series?metric=revenue.session.amount&${SPAN}`;
    assert.equal((await call(seekerId, ofAll)).status, 403);
    const [day] = (await call(admin, ofAll, 'ADMIN')).body.points;
    assert.ok(day.count >= 20);
  });

  it('show figures about all to administrators only, also when they are no longer one', async () => {
    const widget = { title: 'All', unit: 'day', periods: 3, chart: 'line' };
    const put = async (metric: string, role: string) =>
      (
        await world.call(
          ...([admin, 'PUT', '/analytics/dashboards/all'] as const),
          { title: 'Every morning', widgets: [{ ...widget, metric }] },
          { role },
        )
      ).status;
    assert.equal(await put('sessions.completed', 'USER'), 403);
    assert.equal(await put('sessions.nothing', 'ADMIN'), 400);
    assert.equal(await put('sessions.completed', 'ADMIN'), 200);
    assert.equal((await call(admin, '/dashboards/all', 'ADMIN')).body.series[0].length, 3);
    assert.equal((await call(admin, '/dashboards/all', 'USER')).status, 403);
    assert.equal(await put('sessions.taught', 'USER'), 200);
    assert.equal((await call(admin, '/dashboards/all', 'USER')).status, 200);
  });
});

it('a report tells somebody of their sessions, as a table and to print', async () => {
  const { skillId, told } = skillOf('=Chess');
  const { completed, paid, providerId, sessionId } = taught({ skillId });
  await tell(...told, completed, paid);
  await until(async () => (await call(providerId, '/summary')).body.taught.credits === 19);
  for (const [format, begins] of [
    [
      'csv',
      `session,side,category,began,minutes,credits\r\n${sessionId},taught,'=Chess,2026-11-02T21:30:00.000Z,60,19`,
    ],
    ['pdf', '%PDF-'],
  ] as const) {
    const { status, body } = await world.call(providerId, 'POST', '/analytics/reports', { format });
    assert.deepEqual([status, 'createdAt' in body], [202, true]);
    await until(async () => (await call(providerId, `/reports/${body.id}`)).body.state === 'done');
    const file = await fetch(`${world.service.url}/api/v1/analytics/reports/${body.id}/file`, {
      headers: { authorization: `Bearer ${world.gateway.token(providerId)}` },
    });
    assert.ok((await file.text()).startsWith(begins), format);
  }
});

productsContract(PRODUCTS, {
  summary: {
    learned: { sessions: 1, hours: 1.5, credits: 15 },
    taught: { sessions: 0, hours: 0, credits: 0 },
    rating: null,
  },
  overview: {
    calculatedAt: 0,
    platform: {
      sessionsCompleted: [{ skillCategory: 'Music', providerRating: null, count: 1 }],
      revenue: { sessionCredits: 15, feeCredits: 1 },
      sessionMinutes: { average: null, p95: null },
    },
  },
});

it('data products keep what they promise, and tell of all to administrators only', async () => {
  await until(async () => {
    const { body } = await call(admin, '/products', 'ADMIN');
    return body.length === 2 && body.every(({ freshness }: Json) => freshness.kept);
  });
  assert.equal((await call(randomUUID(), '/products/all-sessions/v1')).status, 403);
  const { body } = await call(admin, '/products/all-sessions/v1', 'ADMIN');
  assert.deepEqual(Object.keys(body.freshness), ['promiseSeconds', 'ageSeconds', 'kept', 'completeSince']);
  // Nobody has told of what there was before.
  assert.deepEqual([body.freshness.kept, body.freshness.completeSince], [true, null]);
});

// Last: of what is known here by then nothing is left.
it('what the monolith told of sessions is described and told as it does, byte for byte', async (t) => {
  await world.service.pool.query(
    'TRUNCATE people, skills, skill_categories, completed_sessions, paid_sessions, ratings',
  );
  const pool = connect(await (await testServer()).database('legacy'));
  t.after(() => pool.end());
  const users = 60;
  await generate(pool, { users, skills: 12, offered: 60, wanted: 20, sessions: 80, bcryptCost: 4 });
  const settings = { jwtSecret: SECRET, bcryptCost: 4, accessTokenSeconds: 600, refreshTokenDays: 30 };
  const monolith = await createMonolith(pool, settings);
  t.after(() => monolith.close());
  const url = await monolith.listen({ port: 0, host: '127.0.0.1' });

  const described = async (origin: string) => await (await fetch(`${origin}/openapi.json`)).json();
  const differences = differencesOfApi(await described(url), await described(world.service.url));
  // The monolith answers it too, and does not say so.
  assert.deepEqual(
    differences.filter((each) => !each.includes('answers 415')),
    [],
  );

  const facts = await factsIn(pool);
  assert.ok(facts.length > 100);
  await tell(...facts);
  const both = async (n: number, path: string) => {
    const asked = { method: 'GET', path: `/analytics${path}`, token: data.token(userId(n), SECRET) };
    const token = await world.gateway.exchange(asked.token, SECRET);
    const replies = [await send(url, asked), await send(world.service.url, { ...asked, token })];
    return replies.map(({ status, body }) => ({ status, body }));
  };
  // Users 1 to 3 are administrators, for the monolith, which looks; a service believes the token.
  const [platform] = await both(1, '/platform');
  assert.equal(platform!.status, 200);
  const shown = async () => (await call(userId(1), '/platform', 'ADMIN')).body;
  await until(async () => JSON.stringify(await shown()) === platform!.body);
  for (let n = 1; n <= users; n++) {
    const [legacy, own] = await both(n, '/summary');
    assert.deepEqual(own, legacy, `of ${n}`);
  }
  const [legacy, own] = await both(9, '/platform');
  assert.deepEqual([own, own!.status], [legacy, 403]);
});

const SECRET = 'the secret of the monolith, long enough for anybody';

/** What the monolith has, as the services that take it over tell of its rows to who asks. */
async function factsIn(pool: pg.Pool): Promise<Told[]> {
  const told: Told[] = [];
  for (const fromRows of [skill.fromRows, session.fromRows, payment.fromRows] as FromRows<never>[])
    for (const [table, { exists }] of Object.entries(fromRows)) {
      const { rows } = await pool.query(`SELECT * FROM ${table}`);
      if (exists) told.push(...rows.flatMap((row) => (exists(row) ?? []) as Told | Told[]));
    }
  return told;
}
