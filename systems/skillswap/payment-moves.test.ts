import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { variableOf } from '@banyan/harness/system';
import { type Linked, linkBoth } from '@banyan/harness/testing/system';
import { type Queryable, withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import fc from 'fast-check';
import { hold, settle } from './monolith/credits/wallets.ts';
import { paymentDouble } from './monolith/payments/double.ts';
import { completePending } from './monolith/payments/purchases.ts';
import { contradictions } from './monolith/testing/ledger.ts';
import {
  type World as Monolith,
  type Person,
  startWorld as startMonolith,
} from './monolith/testing/world.ts';
import { assertSound } from './services/payment/testing/books.ts';
import { stripePayers } from './services/payment/testing/payers.ts';
import { startWorld, type World } from './services/payment/testing/world.ts';
import { system } from './system.ts';

let monolith: Monolith;
let stripe: Awaited<ReturnType<typeof stripePayers>>;
let world: World;
let linked: Linked;
let skill: string;
/** Who writes. */
let side: 'monolith' | 'service' = 'monolith';

before(async () => {
  monolith = await startMonolith();
  stripe = await stripePayers();
  const often = Object.fromEntries(
    ['PAYMENT_LOOK_MS', 'PAYMENT_AGAIN_MS', 'TAKE_OVER_MS', 'OPEN_MS', 'HOLD_LOOK_MS'].map((name) => [
      name,
      '20',
    ]),
  );
  world = await startWorld({ ...stripe.env, ...often, MONOLITH_PAYMENTS: 'none', LEAVE_AFTER_MS: '0' });
  const { DATABASE_URL: service } = world.variables;
  process.env[variableOf(system, 'payment', 'URL')] = world.service.url;
  process.env[variableOf(system, 'payment', 'DATABASE_URL')] = service;
  const { default: entry } = await import('./services/payment/extraction.ts');
  linked = await linkBoth('payment', entry, {
    ...{ monolith: monolith.pool.options.connectionString!, service: service! },
    pool: world.service.pool,
  });
  [skill] = (await monolith.skills(1)) as [string];
});

after(async () => {
  await linked?.stop();
  await world?.stop();
  stripe?.close();
  await monolith?.stop();
});

async function step(to: typeof side): Promise<void> {
  if (side !== to) await linked.goTo(to === 'service' ? 10_000 : 0);
  side = to;
}

const GOOD = { paymentMethodId: 'pm_card_visa', amount: 1_000, currency: 'EUR' };
const CREDITS = 10;

const ask = (who: Person, path: string, body: object, key: string) =>
  side === 'monolith'
    ? who.call('POST', `/payments/${path}`, body, { 'idempotency-key': key })
    : world.call(who.id, 'POST', `/payments/${path}`, body, { key });

type Session = { id: string; seeker: Person; provider: Person; credits: number };
let hours = 0;

/** A session, which some other service makes, and what is set aside for it by whoever writes. Undefined: there is not enough. */
async function book(seeker: Person, provider: Person, credits: number): Promise<Session | undefined> {
  const id = randomUUID();
  const expiresAt = new Date(Date.now() + 400 * 86_400_000);
  try {
    if (side === 'monolith')
      await withTransaction(monolith.pool, async (tx) => {
        await insertSession(tx, id);
        await hold(tx, { userId: seeker.id, sessionId: id, amount: credits, expiresAt });
      });
    else {
      await insertSession(monolith.pool, id);
      await holdByService({ id, seeker, credits }, expiresAt);
    }
    return { id, seeker, provider, credits };
  } catch (error) {
    if (codeOf(error) !== 'INSUFFICIENT_CREDITS') throw error;
    await monolith.pool.query('DELETE FROM sessions WHERE id = $1', [id]);
    return undefined;
  }

  async function insertSession(db: Queryable, id: string) {
    await db.query(
      `INSERT INTO sessions (id, seeker_id, provider_id, skill_id, starts_at, ends_at, hourly_rate, credits)
       SELECT $1, $2, $3, $4, at, at + interval '1 hour', 10, $5
       FROM (SELECT '2030-01-01'::timestamptz + make_interval(hours => $6) AS at) one`,
      [id, seeker.id, provider.id, skill, credits, ++hours],
    );
  }
}

async function holdByService(
  { id, seeker, credits }: Pick<Session, 'id' | 'seeker' | 'credits'>,
  expiresAt: Date,
): Promise<string> {
  const reference = `session:${id}`;
  const body = { key: `${reference}:hold`, userId: seeker.id, credits, reference };
  return (await world.operations.holdCredits({ body: { ...body, expiresAt: expiresAt.toISOString() } })).id;
}

function codeOf(error: unknown): string | undefined {
  const { code, problem } = error as { code?: string; problem?: { code: string } };
  return problem?.code ?? code;
}

/** As session does it: whoever has the hold, it is asked for again and told. */
async function end(session: Session, captured: number): Promise<void> {
  const { id, provider } = session;
  if (side === 'monolith')
    await withTransaction(monolith.pool, (tx) =>
      settle(tx, { sessionId: id, providerId: provider.id, captured }),
    );
  else {
    const params = { id: await holdByService(session, new Date()) };
    const body = { key: `session:${id}:capture`, toUserId: provider.id, credits: captured };
    if (captured === 0) await world.operations.releaseHold({ params });
    else await world.operations.captureHold({ params, body });
  }
  await monolith.pool.query(`UPDATE sessions SET state = 'CANCELLED' WHERE id = $1`, [id]);
}

/** Credits go back to the monolith while sessions are paid, as queues do it, which know of no step. Those that were paid. */
async function stepBackWhile(sessions: readonly Session[]): Promise<Session[]> {
  const asked = await Promise.all(
    sessions.map(async (session) => ({ session, holdId: await holdByService(session, new Date()) })),
  );
  const paid: Session[] = [];
  const pay = async ({ session, holdId }: (typeof asked)[number]) => {
    const { id, provider, credits } = session;
    const body = { key: `session:${id}:capture`, toUserId: provider.id, credits };
    await world.operations
      .captureHold({ params: { id: holdId }, body })
      .then(() => paid.push(session))
      .catch((error: unknown) => assert.equal(codeOf(error), 'NOT_WRITER'));
  };
  const [first, ...others] = asked.filter(({ session }) => session.credits > 0);
  const going = step('monolith');
  // One after the other, so that some come before the step and some after it.
  await Promise.all([
    going,
    first && pay(first),
    others.reduce((last, one) => last.then(() => pay(one)), Promise.resolve()),
  ]);
  for (const { id } of paid)
    await monolith.pool.query(`UPDATE sessions SET state = 'CANCELLED' WHERE id = $1`, [id]);
  return paid;
}

function remove<T>(list: T[], gone: readonly T[]): void {
  list.splice(0, list.length, ...list.filter((one) => !gone.includes(one)));
}

/** What the monolith has begun to buy when it ends: it was written down, and nobody knows more. */
async function leave(who: Person): Promise<void> {
  await monolith.pool.query(
    `INSERT INTO transactions (user_id, type, status, credits, amount, currency, payment_method_id, idempotency_key, created_at)
     VALUES ($1, 'PURCHASE', 'PENDING', $2, $3, 'EUR', 'pm_card_visa', $4, now())`,
    [who.id, CREDITS, GOOD.amount, randomUUID()],
  );
}

/** What both have, which is what ledger and monolith say of themselves too. */
async function assertEven(): Promise<void> {
  await linked.settled();
  const theirs = await monolith.pool.query('SELECT user_id, balance, held FROM wallets ORDER BY 1');
  const ours = await world.service.pool.query(
    'SELECT owner AS user_id, balance::int, held::int FROM wallets ORDER BY 1',
  );
  assert.deepEqual(ours.rows, theirs.rows);
  assert.deepEqual(await contradictions(monolith.pool), []);
  for (const pool of [monolith.pool, world.service.pool])
    assert.deepEqual((await pool.query('SELECT * FROM banyan.conflicts')).rows, []);
  if (side === 'service') {
    await until(
      async () => (await world.service.pool.query('SELECT FROM wallets WHERE brought')).rowCount === 0,
    );
    await assertSound(world.service.pool);
  }
}

const three = fc.nat({ max: 2 });
const command = fc.oneof(
  fc.record({ do: fc.constant('buy' as const), who: three }),
  fc.record({ do: fc.constant('again' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('withdraw' as const), who: three, credits: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ do: fc.constant('book' as const), who: three, of: three, credits: fc.nat({ max: 6 }) }),
  fc.record({
    do: fc.constant('end' as const),
    which: fc.nat(),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ do: fc.constant('leave' as const), who: three }),
  fc.constant({ do: 'step' as const }),
  fc.constant({ do: 'step back' as const }),
);

it('whoever writes, both have the same, nothing is done twice or left undone, and the books are right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 30 }), async (commands) => {
      const people = [await monolith.person(), await monolith.person(), await monolith.person()];
      // Else nobody has anything.
      for (const who of people) assert.equal((await ask(who, 'purchases', GOOD, randomUUID())).status, 201);
      const done: { who: Person; path: string; body: object; key: string; answer: unknown }[] = [];
      const sessions: Session[] = [];
      /** How often each is to have bought something. */
      const bought = people.map(() => 1);
      const note = async (who: Person, path: string, body: object, key: string) => {
        const { status, body: answer } = await ask(who, path, body, key);
        if (status !== 201) return;
        done.push({ who, path, body, key, answer: answer.transactionId ?? answer.id });
        if (path === 'purchases') bought[people.indexOf(who)]!++;
      };
      for (const command of commands) {
        switch (command.do) {
          case 'buy':
            await note(people[command.who]!, 'purchases', GOOD, randomUUID());
            break;
          case 'withdraw':
            await note(
              people[command.who]!,
              'withdrawals',
              { credits: command.credits, currency: 'EUR' },
              randomUUID(),
            );
            break;
          case 'again': {
            const one = done[command.which % done.length];
            if (!one) break;
            const { status, body } = await ask(one.who, one.path, one.body, one.key);
            assert.deepEqual([status, body.transactionId ?? body.id], [201, one.answer]);
            break;
          }
          case 'book': {
            if (command.who === command.of) break;
            const session = await book(people[command.who]!, people[command.of]!, command.credits);
            if (session) sessions.push(session);
            break;
          }
          case 'end': {
            const [session] = sessions.splice(command.which % (sessions.length || 1), 1);
            if (session) await end(session, Math.round(session.credits * command.part));
            break;
          }
          case 'leave':
            if (side === 'service') break;
            await leave(people[command.who]!);
            bought[command.who]!++;
            break;
          case 'step':
            await step(side === 'monolith' ? 'service' : 'monolith');
            await assertEven();
            break;
          case 'step back':
            // What has its answer is carried over, what is refused was not done.
            if (side === 'service') remove(sessions, await stepBackWhile(sessions));
            await assertEven();
        }
      }
      if (side === 'monolith') await completePending(monolith.pool, paymentDouble(), Date.now() + 3_600_000);
      else
        await until(
          async () =>
            (await world.service.pool.query(`SELECT FROM transactions WHERE status = 'PENDING'`)).rowCount ===
            0,
        );
      await assertEven();
      for (const [n, { id }] of people.entries()) {
        const { rows } = await monolith.pool.query(
          `SELECT sum(credits)::int AS credits, bool_and(status = 'COMPLETED') AS all FROM transactions
           WHERE user_id = $1 AND type = 'PURCHASE'`,
          [id],
        );
        assert.deepEqual(rows, [{ credits: bought[n]! * CREDITS, all: true }]);
      }
    }),
    { numRuns: 5, timeout: 60_000, endOnFailure: true },
  );
});

it('what nobody has asked for by the gateway waits for a step that has begun, and is not done after it', async () => {
  await step('service');
  const [seeker, provider] = [await monolith.person(), await monolith.person()];
  assert.equal((await ask(seeker, 'purchases', GOOD, randomUUID())).status, 201);
  const session = (await book(seeker, provider, 5))!;
  const holdId = await holdByService(session, new Date());
  const capture = () => {
    const body = { key: `session:${session.id}:capture`, toUserId: provider.id, credits: 5 };
    return world.operations.captureHold({ params: { id: holdId }, body });
  };
  const { pool } = world.service;
  const waits = async () =>
    (await pool.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'wallets'::regclass`))
      .rowCount! > 0;
  let asked: Promise<unknown>;
  await withTransaction(pool, async (tx) => {
    await tx.query('LOCK TABLE wallets, holds, transactions IN EXCLUSIVE MODE');
    await tx.query(`UPDATE banyan.shares SET share = NULL WHERE service = 'payment'`);
    asked = assert.rejects(capture(), (error) => codeOf(error) === 'NOT_WRITER');
    await until(waits);
  });
  await asked!;
  await pool.query(`UPDATE banyan.shares SET share = 10000 WHERE service = 'payment'`);
  await capture();
  await monolith.pool.query(`UPDATE sessions SET state = 'CANCELLED' WHERE id = $1`, [session.id]);
  await assertEven();
});

describe('a purchase that was begun here and goes back', () => {
  const becomes = (id: string, state: string) =>
    until(async () => {
      const { rows } = await world.service.pool.query('SELECT state FROM purchases WHERE id = $1', [id]);
      return rows[0]?.state === state;
    });
  const bought = async ({ id }: Person) => {
    const { rows } = await monolith.pool.query('SELECT balance FROM wallets WHERE user_id = $1', [id]);
    return rows[0].balance;
  };
  const monolithEnds = () => completePending(monolith.pool, paymentDouble(), Date.now() + 3_600_000);

  it('is not paid here any more while the monolith goes on with it', async () => {
    await step('service');
    const [who, before] = [await monolith.person(), stripe.charged()];
    const wanted = { ...GOOD, paymentMethodId: stripe.methods.asks };
    const { status, body } = await ask(who, 'purchases', wanted, randomUUID());
    assert.deepEqual([status, body.status], [202, 'ACTION']);
    const paymentId = stripe.payments().at(-1)!;
    await step('monolith');
    await until(async () => stripe.double.intents.get(paymentId).status === 'canceled');
    await monolithEnds();
    await becomes(body.id, 'PAID');
    await step('service');
    await assertEven();
    assert.deepEqual([await bought(who), stripe.charged() - before], [CREDITS, 0]);
  });

  it('and was paid is given back when the monolith was paid for it too', async () => {
    await step('service');
    const [who, before] = [await monolith.person(), stripe.charged()];
    // It is charged, nobody hears of it, and the monolith goes on.
    stripe.faults.add('lost', stripe.paths.confirm, 1);
    stripe.faults.add('down', /payment_intents\//, 1_000);
    const { status } = await ask(who, 'purchases', GOOD, randomUUID());
    assert.equal(status, 503);
    assert.equal(stripe.charged() - before, GOOD.amount);
    await step('monolith');
    await monolithEnds();
    await linked.settled();
    stripe.faults.clear();
    const { rows } = await monolith.pool.query('SELECT id FROM transactions WHERE user_id = $1', [who.id]);
    await becomes(rows[0].id, 'PAID');
    assert.deepEqual([await bought(who), stripe.charged() - before], [CREDITS, 0]);
    await step('service');
    await assertEven();
  });
});
