import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, type Json, request } from '@banyan/harness/testing';
import { goTo, noConflicts, startTestEnvironment, verified } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import type pg from 'pg';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { contradictions } from './monolith/testing/ledger.ts';
import { assertSound } from './services/payment/testing/books.ts';
import { system } from './system.ts';

/**
 * Sessions and what they cost leave in one step and come back: what is held on one side is paid or given back on the other, each once, and at every
 * moment a wallet is what its transactions and holds say.
 */

const DAY = 86_400_000;
const HOUR = 3_600_000;
const PEOPLE = 40;
const ADMIN = 1;
/** Once their credits are here; by the monolith, which has accounts. */
const SUSPENDED = 13;

let environment: Environment;
let pools: Record<'monolith' | 'session' | 'payment', pg.Pool>;
let skill: string;
let at = Math.ceil(Date.now() / DAY) * DAY + 3 * DAY;

before(async () => {
  const services = ['session', 'payment'];
  environment = await startTestEnvironment(system, 'sessions-and-credits', { users: PEOPLE, services });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 2 });
  pools = { monolith: pool('monolith'), session: pool('session'), payment: pool('payment') };
  skill = (await pools.monolith.query('SELECT skill_id FROM offered_skills LIMIT 1')).rows[0].skill_id;
});

after(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
});

const call = (
  n: number,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, {
    ...{ token: data.token(userId(n), environment.secret), headers },
    body,
  });

type Wallet = { balance: number; held: number };
const walletOf = async (n: number): Promise<Wallet> => {
  const { balance, held } = await good('wallet', call(n, 'GET', '/credits'));
  return { balance, held };
};
const plus = ({ balance, held }: Wallet, credits: number, more = 0) => ({
  balance: balance + credits,
  held: held + more,
});

const GOOD = { paymentMethodId: 'pm_card_visa', amount: 10_000, currency: 'EUR' };
const buy = (n: number, key: string) =>
  good('buy', call(n, 'POST', '/payments/purchases', GOOD, { 'idempotency-key': key }));

/** Teaches around the clock, an hour for 20 credits. */
async function teaches(n: number): Promise<void> {
  await pools.monolith.query('UPDATE skill_profiles SET hourly_rate = 20 WHERE user_id = $1', [userId(n)]);
  await pools.monolith.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) VALUES ($1, $2, 'EXPERT') ON CONFLICT DO NOTHING`,
    [userId(n), skill],
  );
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await good('hours', call(n, 'PUT', `/bookings/availability/${userId(n)}`, { zone: 'UTC', hours }));
}

async function book(seeker: number, provider: number): Promise<string> {
  at += HOUR;
  const startsAt = new Date(at).toISOString();
  const wanted = { providerId: userId(provider), skillId: skill, startsAt, minutes: 60 };
  return (await good('book', call(seeker, 'POST', '/bookings', wanted))).id;
}

const act = (n: number, id: string, action: string, body?: unknown) =>
  good(action, call(n, 'POST', `/sessions/${id}/${action}`, body));

const COST = 20;
const EARNED = 19;

/** What one part of the story has left for the next, on whatever side that is. */
type Open = { toDecline: string; toCancel: string; key: string; bought: Json };

async function tell(seeker: number, provider: number, before?: Open): Promise<Open> {
  const mine = await walletOf(seeker);
  if (before) {
    // What the other side has held is given back here.
    await act(provider, before.toDecline, 'decline');
    await act(provider, before.toCancel, 'cancel', { reason: 'Ill' });
    await settled(seeker, plus(mine, 0, -2 * COST));
    // What the other side has sold is not sold again.
    assert.equal((await buy(seeker, before.key)).transactionId, before.bought.transactionId);
  }
  const start = await walletOf(seeker);
  const key = randomUUID();
  const bought = await buy(seeker, key);
  assert.deepEqual(await buy(seeker, key), bought);
  assert.deepEqual(await walletOf(seeker), plus(start, bought.creditsAdded));
  const rich = await walletOf(seeker);
  const [declined, toDecline, toCancel] = [
    await book(seeker, provider),
    await book(seeker, provider),
    await book(seeker, provider),
  ];
  assert.deepEqual(await walletOf(seeker), plus(rich, 0, 3 * COST));
  await act(provider, declined, 'decline');
  await act(provider, toCancel, 'accept');
  await settled(seeker, plus(rich, 0, 2 * COST));
  return { toDecline, toCancel, key, bought };
}

/** Credits follow what was said of them, by and by. */
async function settled(n: number, wallet: Wallet): Promise<void> {
  let last: Wallet | undefined;
  await until(async () => {
    last = await walletOf(n);
    return last.balance === wallet.balance && last.held === wallet.held;
  }).catch((error) => {
    assert.deepEqual(last, wallet, error);
  });
}

/** A session that was held, and is over, is paid on whatever side it is by then. */
async function complete(seeker: number, provider: number, id: string, pool: pg.Pool): Promise<void> {
  const [paying, paid] = [await walletOf(seeker), await walletOf(provider)];
  await act(provider, id, 'accept');
  await act(provider, id, 'schedule');
  const times = `starts_at = now() - interval '5 minutes', ends_at = now() + interval '55 minutes'`;
  await pool.query(`UPDATE sessions SET ${times} WHERE id = $1`, [id]);
  await act(provider, id, 'start');
  await act(seeker, id, 'complete');
  await settled(seeker, plus(paying, -COST, -COST));
  await settled(provider, plus(paid, EARNED));
}

const stages = async () =>
  (await environment.control.status()).services.map(({ stage, share }) => ({ stage, share }));

it('sessions and credits leave in one step and come back, and each hold ends once, wherever it ends', async () => {
  const { control } = environment;
  const [seeker, provider] = [11, 12];
  await teaches(provider);
  let open = await tell(seeker, provider);
  let held = await book(seeker, provider);
  await goTo(control, 'session', 'copying');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const) {
    await goTo(control, 'session', stage, share);
    const [one, other] = await stages();
    assert.deepEqual(one, other);
    open = await tell(seeker, provider, open);
  }
  await complete(seeker, provider, held, pools.session);
  await assertSound(pools.payment);
  await good('suspend', call(ADMIN, 'POST', `/users/${userId(SUSPENDED)}/suspend`));
  for (const path of ['/credits', '/sessions', '/payments/payee']) {
    const { status, body } = await call(SUSPENDED, 'GET', path);
    assert.deepEqual([status, body.code], [403, 'ACCOUNT_INACTIVE'], path);
  }
  held = await book(seeker, provider);
  for (const service of ['session', 'payment']) await verified(control, service);
  await goTo(control, 'session', 'monolith');
  open = await tell(seeker, provider, open);
  await complete(seeker, provider, held, pools.monolith);
  assert.deepEqual(await contradictions(pools.monolith), []);
  await noConflicts(pools.monolith, pools.session);
  await noConflicts(pools.monolith, pools.payment);
});
