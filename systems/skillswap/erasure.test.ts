import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { type Bus, openBus } from '@banyan/events/machinery';
import { request, type ServiceProcess, startProcess, variablesOf } from '@banyan/harness/testing';
import { eventOf } from '@banyan/harness/testing/events';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import { createSignatures, type Parts, type Service } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import type pg from 'pg';
import { KEEPERS, type Keeper } from './contracts/personal-data.ts';
import { contracts } from './contracts/user.ts';
import { startGatewayDouble } from './kit/testing/gateway.ts';
import { startWithGateway } from './kit/testing/world.ts';
import { analytics } from './services/analytics/main.ts';
import { notification } from './services/notification/main.ts';
import { payment } from './services/payment/main.ts';
import { grant } from './services/payment/testing/books.ts';
import { session } from './services/session/main.ts';
import { skill } from './services/skill/main.ts';

/** The user service in a process of its own, and all the others, each behind a door at which what it is asked can be held up. */

const SERVICES: Record<Keeper, Service<Parts>> = { session, payment, skill, notification, analytics };
const MAIN = new URL('services/user/main.ts', import.meta.url);
const WORD = 'of whom nothing is left';
const keys = (name: string) => serviceKeysOf(name, ['user', ...KEEPERS], 'of this test');

/** `before`: it never hears of it. `after`: it does it, and the answer never comes. A number: it is away so many times. A promise: not before. */
type HeldUp = 'before' | 'after' | number | Promise<void>;
const heldUp = new Map<string, HeldUp>();
const met = new Set<string>();

let gateway: Awaited<ReturnType<typeof startGatewayDouble>>;
let keepers: Map<Keeper, Awaited<ReturnType<typeof startWithGateway>>>;
const doors: Server[] = [];
let told: Record<string, string>;
let pool: pg.Pool;
let bus: Bus;
let user: ServiceProcess;
let url: string;

before(async () => {
  gateway = await startGatewayDouble();
  told = {
    ...(await variablesOf('user', { API_URL: gateway.url, ...keys('user') })),
    ...{ ERASURE_LOOK_SECONDS: '0.1', ARCHIVE_LOOK_MS: '50', BCRYPT_COST: '4' },
  };
  keepers = new Map();
  for (const keeper of KEEPERS) {
    const world = await startWithGateway(SERVICES[keeper], { BUS_URL: told.BUS_URL!, ...keys(keeper) });
    keepers.set(keeper, world);
    told[`${keeper.toUpperCase()}_URL`] = await doorOf(keeper, world.service.url);
  }
  pool = createPool(told.DATABASE_URL!, { max: 6 });
  bus = await openBus(told.BUS_URL!);
  await start();
});

after(async () => {
  user?.kill();
  await user?.gone;
  await bus?.close();
  await pool?.end();
  for (const door of doors) {
    door.closeAllConnections();
    door.close();
  }
  for (const world of keepers?.values() ?? []) await world.stop();
  gateway?.close();
});

async function start(): Promise<void> {
  user = startProcess(MAIN, told);
  url = await user.url();
}

async function doorOf(keeper: Keeper, origin: string): Promise<string> {
  const door = createServer(async (asked, answer) => {
    const name = `${keeper} ${/people\/([^/]+)\/erasure/.exec(asked.url!)?.[1]}`;
    const how = heldUp.get(name);
    if (typeof how === 'number') {
      met.add(name);
      heldUp.set(name, how - 1);
      if (how > 0) return asked.socket.destroy();
    }
    if (how instanceof Promise) {
      met.add(name);
      await how;
    }
    const body = await buffer(asked);
    if (how !== 'before') {
      const { status, text } = await forward(origin, asked, body);
      if (how !== 'after') return answer.writeHead(status, { 'content-type': 'application/json' }).end(text);
    }
    met.add(name);
  });
  doors.push(door);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

async function forward(origin: string, asked: IncomingMessage, body: Buffer) {
  const { authorization, 'content-type': type } = asked.headers;
  const answer = await fetch(`${origin}${asked.url}`, {
    method: asked.method!,
    headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

const at = (keeper: Keeper) => keepers.get(keeper)!.service.pool;
type Somebody = { id: string; token: string };
const call = ({ token }: { token?: string }, method: string, path: string, body?: unknown) =>
  request(url, method, path, { ...(token && { token }), body });

/** Somebody of whom each service has something. */
async function somebody(): Promise<Somebody> {
  const account = {
    ...{ email: `${randomUUID()}@example.com`, password: 'a good password', fullName: WORD },
  };
  const { status, body } = await call({}, 'POST', '/auth/register', account);
  assert.equal(status, 201, JSON.stringify(body));
  const { id } = body.user;
  const other = randomUUID();
  for (const keeper of ['skill', 'analytics'] as const)
    await until(
      async () => (await at(keeper).query('SELECT FROM people WHERE id = $1', [id])).rowCount === 1,
    );
  await until(
    async () =>
      (await at('notification').query('SELECT FROM deliveries WHERE user_id = $1', [id])).rowCount! > 0,
  );
  await at('skill').query('UPDATE skill_profiles SET headline = $2 WHERE user_id = $1', [id, WORD]);
  await at('skill').query(
    `INSERT INTO offered_skills (user_id, skill_id, level) VALUES ($1, gen_random_uuid(), 'EXPERT'), ($1, gen_random_uuid(), 'EXPERT')`,
    [id],
  );
  await at('session').query(
    `INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, state, hourly_rate, credits, message)
     VALUES ($1, $2, gen_random_uuid(), now() - interval '2 h', now() - interval '1 h', 'COMPLETED', 10, 10, $3)`,
    [id, other, WORD],
  );
  await at('session').query(
    `INSERT INTO ratings (session_id, rater_id, rated_id, stars, comment) VALUES (gen_random_uuid(), $1, $2, 5, $3)`,
    [id, other, WORD],
  );
  await at('payment').query(
    `INSERT INTO payees (id, method, name, iban, country) VALUES ($1, 'bank', $2, 'DE', 'DE')`,
    [id, WORD],
  );
  await at('notification').query(`INSERT INTO preferences (user_id, locale) VALUES ($1, 'de')`, [id]);
  await at('analytics').query(`INSERT INTO dashboards VALUES ($1, $2, '{}')`, [id, WORD]);
  return { id, token: gateway.token(id, 'USER') };
}

/** How many rows of which service have a word of them, their address among it. */
async function left({ id }: Somebody): Promise<string[]> {
  const found: string[] = [];
  for (const [name, db] of [
    ['user', pool] as const,
    ...KEEPERS.map((keeper) => [keeper, at(keeper)] as const),
  ]) {
    const { rows: tables } = await db.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema()`,
    );
    for (const { name: table } of tables) {
      const { rowCount } = await db.query(
        `SELECT FROM ${table} AS one WHERE one::text LIKE '%' || $1 || '%' AND one::text LIKE '%' || $2 || '%'`,
        [id, WORD],
      );
      if (rowCount! > 0) found.push(`${name}: ${table}`);
    }
  }
  return found;
}

const proofOf = async ({ id }: Somebody) =>
  (
    await pool.query('SELECT proof, signature FROM erasure_proofs WHERE user_id = $1 AND proof IS NOT NULL', [
      id,
    ])
  ).rows[0];
const proven = (one: Somebody) => until(() => proofOf(one), { limitMs: 90_000 });

/** As the proof of each of them says it. */
const ERASED = {
  user: { users: 1, refresh_tokens: 1, picture_files: 0, archives: 0 },
  session: {
    ...{
      availability: 0,
      sessions: 1,
      ratings: 1,
      disputes: 0,
      recordings: 0,
      calendar_links: 0,
      calendar_busy: 0,
      calendar_events: 0,
      calendars: 0,
      oauth_connections: 0,
      oauth_attempts: 0,
      session_history: 0,
    },
    ...{ offered_skills: 0, people: 0 },
  },
  payment: { purchases: 0, payees: 1, people: 0 },
};

async function isErased(one: Somebody): Promise<void> {
  const { proof } = await proven(one);
  const {
    monolith,
    skill: ofSkill,
    notification: ofNotification,
    analytics: ofAnalytics,
    ...said
  } = JSON.parse(proof);
  assert.equal(monolith, null);
  for (const [service, erased] of Object.entries(ERASED)) assert.deepEqual(said[service].erased, erased);
  assert.deepEqual([ofSkill.erased.offered_skills, ofSkill.erased.skill_profiles], [2, 1]);
  assert.deepEqual([ofNotification.erased.preferences, ofNotification.erased.people], [1, 1]);
  assert.deepEqual([ofAnalytics.erased.dashboards, ofAnalytics.erased.people], [1, 1]);
  assert.equal(said.session.kept.sessions.rows, 1);
  assert.deepEqual(await left(one), []);
}

it('who goes is out at once, erased everywhere, and whoever has their link reads the proof, which is signed', async () => {
  const [one, other] = [await somebody(), await somebody()];
  const admin = gateway.token(other.id, 'ADMIN');
  assert.ok((await left(one)).length >= 6);
  const before = await left(other);
  const { body: none } = await call(one, 'GET', `/users/${one.id}/erasure`);
  assert.equal(none.state, 'NONE');
  assert.equal((await call(other, 'GET', `/users/${one.id}/erasure`)).status, 403);
  assert.equal((await call(other, 'DELETE', `/users/${one.id}`)).body.code, 'FORBIDDEN');

  // What has credits, or a session to come, is refused, as the monolith does.
  await grant(at('payment'), other.id, 3);
  assert.equal((await call(other, 'DELETE', `/users/${other.id}`)).body.code, 'ACCOUNT_IN_USE');
  // So are credits of a session that is over, while it may be contested.
  const owed = await somebody();
  await at('session').query(
    `INSERT INTO session_credits (session_id, seeker_id, provider_id, amount, state, captured, expires_at, due_at)
     VALUES (gen_random_uuid(), $1, $2, 10, 'DUE', 10, now() + interval '2 days', now() + interval '1 day')`,
    [other.id, owed.id],
  );
  assert.equal((await call(owed, 'DELETE', `/users/${owed.id}`)).body.code, 'ACCOUNT_IN_USE');

  assert.equal((await call(one, 'DELETE', `/users/${one.id}`)).status, 204);
  assert.equal((await call(one, 'GET', `/users/${one.id}`)).body.code, 'ACCOUNT_INACTIVE');
  assert.equal((await call(one, 'DELETE', `/users/${one.id}`)).body.code, 'ACCOUNT_INACTIVE');
  await isErased(one);
  assert.deepEqual(await left(other), before);

  // What was told of them before comes late, and once more.
  const late = (type: keyof typeof contracts.events, data: Record<string, unknown>) =>
    eventOf(contracts, type, { userId: one.id, ...data });
  const registered = {
    ...{ email: `${WORD}@example.com`, fullName: WORD, timeZone: 'UTC', role: 'USER' },
    registeredAt: new Date().toISOString(),
  };
  const messages = [
    late('UserRegistered', registered),
    late('UserProfileUpdated', { changedFields: ['fullName'] }),
    late('UserSuspended', {}),
  ];
  await bus.publish(messages);
  for (const keeper of ['skill', 'notification', 'analytics'] as const)
    await until(async () => {
      const { rowCount } = await at(keeper).query(
        'SELECT FROM banyan_events.inbox WHERE message_id = ANY ($1)',
        [messages.map(({ id }) => id)],
      );
      return rowCount! >= (keeper === 'skill' ? 3 : 1);
    });
  assert.deepEqual(await left(one), []);

  const path = none.link.replace('/api/v1', '');
  const { status, body } = await call({}, 'GET', path);
  assert.deepEqual([status, body.state], [200, 'ERASED']);
  assert.equal(createHash('sha256').update(body.proof).digest('hex'), body.sha256);
  const signatures = createSignatures(told.ENCRYPTION_KEYS!, 'erasure-proof');
  assert.ok(signatures.isOurs(body.proof, body.signature));
  assert.ok(!signatures.isOurs(body.proof.replace('"rows":1', '"rows":2'), body.signature));
  assert.equal((await call({}, 'GET', path.replace(one.id, other.id))).status, 404);
  assert.equal((await call({}, 'GET', `/users/${one.id}/erasure/x`)).status, 404);
  await pool.query(`UPDATE users SET role = 'ADMIN' WHERE id = $1`, [other.id]);
  const seen = await request(url, 'GET', `/users/${one.id}/erasure`, { token: admin });
  assert.deepEqual([seen.status, seen.body.proof], [200, body.proof]);
});

it('a session that was booked in the moment of it is cancelled as its owner could have, and one that has begun is waited for', async () => {
  const one = await somebody();
  const provider = randomUUID();
  const book = async (state: string, from: string) => {
    const { rows } = await at('session').query(
      `WITH made AS (
         INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, state, hourly_rate, credits)
         VALUES ($1, $2, gen_random_uuid(), now() + $4::interval, now() + $4::interval + interval '1 h', $3, 0, 0) RETURNING *)
       INSERT INTO session_credits (session_id, seeker_id, provider_id, amount, state, expires_at)
       SELECT id, seeker_id, provider_id, 0, 'HELD', ends_at + interval '16 days' FROM made RETURNING session_id AS id`,
      [one.id, provider, state, from],
    );
    return rows[0].id as string;
  };
  const [open, begun] = [await book('SCHEDULED', '3 days'), await book('IN_PROGRESS', '-10 min')];
  assert.equal((await call(one, 'DELETE', `/users/${one.id}`)).body.code, 'ACCOUNT_IN_USE');
  // As if it had been booked after that was looked at.
  await pool.query('INSERT INTO erasures (user_id) VALUES ($1)', [one.id]);
  const said = async (type: string) => {
    const { rows } = await at('session').query(
      `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 AND message -> 'data' ->> 'sessionId' = $2`,
      [type, open],
    );
    return rows[0]?.data;
  };
  const cancelled = await until(() => said('SessionCancelled'));
  assert.deepEqual([cancelled.actorId, cancelled.how, cancelled.providerCredits], [one.id, 'cancel', 0]);
  assert.equal(await proofOf(one), undefined);
  await at('session').query(`UPDATE sessions SET state = 'COMPLETED' WHERE id = $1`, [begun]);
  const { proof } = await proven(one);
  assert.equal(JSON.parse(proof).session.kept.sessions.rows, 3);
  assert.deepEqual(await left(one), []);
});

it('is gone on with wherever it was when the process was killed, once, and waits for who is away', {
  timeout: 180_000,
}, async (t) => {
  const points: [Keeper, HeldUp][] = KEEPERS.flatMap((keeper) => [
    [keeper, 'before'] as [Keeper, HeldUp],
    [keeper, 'after'] as [Keeper, HeldUp],
  ]);
  const people = await Promise.all(points.map(somebody));
  const [inUser, inProof, away] = [await somebody(), await somebody(), await somebody()];
  for (const [n, [keeper, how]] of points.entries()) heldUp.set(`${keeper} ${people[n]!.id}`, how);
  heldUp.set(`skill ${away.id}`, 3);
  const goOn = Promise.withResolvers<void>();
  heldUp.set(`analytics ${inProof.id}`, goOn.promise);

  // Two more are stopped in the transactions of the service itself, by locks.
  const [first, last] = [await pool.connect(), await pool.connect()];
  t.after(() => {
    first.release(true);
    last.release(true);
  });
  await first.query('BEGIN');
  await first.query('INSERT INTO banyan_service.erasures (person) VALUES ($1)', [inUser.id]);
  await pool.query('INSERT INTO erasures (user_id) VALUES ($1)', [inUser.id]);
  for (const one of [...people, inProof, away])
    assert.equal((await call(one, 'DELETE', `/users/${one.id}`)).status, 204);
  const waiting = (person: string) => met.has(person);
  await until(() => waiting(`analytics ${inProof.id}`), { limitMs: 60_000 });
  await last.query('BEGIN; LOCK TABLE erasure_proofs IN EXCLUSIVE MODE');
  goOn.resolve();
  await until(() => points.every(([keeper], n) => waiting(`${keeper} ${people[n]!.id}`)), {
    limitMs: 60_000,
  });
  for (const statement of [
    'INSERT INTO banyan_service.erasures',
    'INSERT INTO erasure_proofs (user_id, proof',
  ])
    await until(async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND starts_with(query, $1)`,
        [statement],
      );
      return rowCount! > 0;
    });
  user.kill();
  await user.gone;
  await first.query('ROLLBACK');
  await last.query('ROLLBACK');
  heldUp.clear();
  await start();

  for (const one of [...people, inProof, away, inUser]) await isErased(one);
});
