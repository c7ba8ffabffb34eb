import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { inLedger, reverse } from '../ledger/ledger.ts';
import { stripeApi } from '../purchases/stripe-api.ts';
import { assertSound, grant } from '../testing/books.ts';
import { stripePayers } from '../testing/payers.ts';
import { startWorld, type World } from '../testing/world.ts';
import { bankFile } from './bank.ts';
import { nextPayoutAt, weekOf } from './decide.ts';
import type { PayoutMethod } from './method.ts';
import { stripeConnect } from './stripe-connect.ts';
import { advanceWithdrawal } from './withdrawal.ts';

let world: World;
let stripe: Awaited<ReturnType<typeof stripePayers>>;
let folder: string;

before(async () => {
  stripe = await stripePayers();
  folder = await mkdtemp(join(tmpdir(), 'sanctions-'));
  const sanctions = join(folder, 'names');
  await writeFile(sanctions, '# people\nDoe, Jöhn\n');
  const quick = { PROVIDER_TIMEOUT_MS: '150', PAYMENT_LOOK_MS: '10', PAYMENT_AGAIN_MS: '1' };
  world = await startWorld({ ...stripe.env, ...quick, SANCTIONS_FILE: sanctions });
});

after(async () => {
  await world?.stop();
  stripe?.close();
  if (folder) await rm(folder, { recursive: true });
});

const ADMIN = randomUUID();
const IBAN = 'DE89370400440532013000';
const asAdmin = (method: string, path: string, body?: unknown) =>
  world.call(ADMIN, method, `/admin/payments${path}`, body, { role: 'ADMIN' });
const wallet = async (userId: string) => (await world.call(userId, 'GET', '/credits')).body;

/** A session that was paid by somebody else. */
async function earn(userId: string, credits: number): Promise<string> {
  const payer = randomUUID();
  await grant(world.service.pool, payer, credits);
  const [key, expiresAt] = [randomUUID(), new Date(Date.now() + 3_600_000).toISOString()];
  const { id } = await world.operations.holdCredits({ body: { key, userId: payer, credits, expiresAt } });
  const body = { key, toUserId: userId };
  return (await world.operations.captureHold({ params: { id }, body })).transactionId;
}

/** Somebody who has earned 95 credits. */
async function earner(payee?: object): Promise<string> {
  const userId = randomUUID();
  await earn(userId, 100);
  if (payee) assert.equal((await world.call(userId, 'PUT', '/payments/payee', payee)).status, 204);
  return userId;
}

const ask = (userId: string, credits: number, key = 'a') =>
  world.call(userId, 'POST', '/payments/withdrawals', { credits, currency: 'EUR' }, { key });
const of = async (userId: string) => {
  const { rows } = await world.service.pool.query(
    'SELECT id, state, reason FROM withdrawals WHERE user_id = $1 ORDER BY created_at DESC',
    [userId],
  );
  return rows[0] as { id: string; state: string; reason: string | null };
};
const dueOf = async (id: string) =>
  (await world.service.pool.query('SELECT due_at FROM withdrawals WHERE id = $1', [id])).rows[0].due_at;
/** Its week is over. */
const isDue = (id: string) =>
  world.service.pool.query('UPDATE withdrawals SET due_at = now() WHERE id = $1', [id]);
/** As if another process had it in hand. */
const inHand = (id: string) =>
  world.service.pool.query(`UPDATE withdrawals SET leased_until = now() + interval '1 hour' WHERE id = $1`, [
    id,
  ]);
const told = async (type: string, id: string) =>
  (await world.said(type)).filter(({ withdrawalId }) => withdrawalId === id).length;

type Way = {
  name: 'bank' | 'stripe';
  payee: Record<string, string>;
  make(): PayoutMethod;
  /** How often it was paid or is on its way. */
  paid(id: string): Promise<number>;
  /** Who pays says how it went. */
  answer(rejected: string[]): Promise<void>;
  /** So that it will be refused. */
  refuse(userId: string): Promise<void>;
};

const lines = async (id: string) =>
  (await world.service.pool.query('SELECT FROM payout_lines WHERE withdrawal_id = $1', [id])).rowCount!;

const WAYS: readonly Way[] = [
  {
    name: 'bank',
    payee: { method: 'bank', name: 'Ada Lovelace', iban: IBAN, country: 'DE' },
    make: () => bankFile(world.service.pool),
    paid: lines,
    answer: async (rejected) => {
      for (const { id, state, payouts } of (await asAdmin('GET', '/payouts?size=100')).body) {
        if (state === 'SETTLED' || payouts === 0) continue;
        await asAdmin('GET', `/payouts/${id}/file`);
        const here = [];
        for (const withdrawalId of rejected)
          if ((await lines(withdrawalId)) > 0) here.push({ withdrawalId, reason: 'AC04' });
        const { status } = await asAdmin('POST', `/payouts/${id}/settlement`, { rejected: here });
        assert.equal(status, 204);
      }
    },
    refuse: async () => {},
  },
  {
    name: 'stripe',
    payee: { method: 'stripe', name: 'Ada Lovelace', accountId: 'acct_good', country: 'DE' },
    make: () =>
      stripeConnect(
        stripeApi({ url: stripe.double.url, secretKey: stripe.double.secretKey, timeoutMs: 150 }),
      ),
    paid: async (id) =>
      [...stripe.double.transfers.values()].filter((one) => one.transfer_group === `withdrawal_${id}`).length,
    answer: async () => {},
    refuse: async (userId) => {
      const payee = { method: 'stripe', name: 'Ada', accountId: 'acct_closed', country: 'DE' };
      await world.call(userId, 'PUT', '/payments/payee', payee);
    },
  },
];

for (const way of WAYS)
  describe(`a withdrawal by ${way.name}`, () => {
    /** As if the process died there, once. */
    const dying = (at: 'before' | 'after' | 'written') => {
      let isDead = false;
      const die = () => {
        if (isDead) return;
        isDead = true;
        throw new Error('killed');
      };
      const method = way.make();
      const send: PayoutMethod['send'] = async (payout) => {
        if (at === 'before') die();
        const state = await method.send(payout);
        if (at === 'after') die();
        return state;
      };
      const publish = async () => {
        if (at === 'written') die();
      };
      return {
        isDead: () => isDead,
        around: {
          pool: world.service.pool,
          events: { publish } as never,
          methods: new Map([[way.name, { name: way.name, send }]]),
          mayBePaid: async () => true,
        },
      };
    };

    for (const at of ['before', 'after', 'written'] as const)
      it(`is paid once where the process dies (${at})`, async () => {
        const userId = await earner(way.payee);
        await ask(userId, 40);
        const { id } = await of(userId);
        await inHand(id);
        const { around, isDead } = dying(at);
        for (let turn = 0; (await of(userId)).state !== 'PAID' && turn < 10; turn++) {
          await advanceWithdrawal(around, { id }).catch((error: Error) =>
            assert.equal(error.message, 'killed'),
          );
          // A day has gone by.
          stripe.double.forgetKeys();
          if ((await of(userId)).state === 'SENT') await way.answer([]);
        }
        assert.ok(isDead());
        assert.equal((await of(userId)).state, 'PAID');
        assert.ok(await advanceWithdrawal(around, { id }));
        assert.equal(await way.paid(id), 1);
        assert.deepEqual(await wallet(userId), { userId, balance: 55, held: 0, available: 55, debt: 0 });
      });

    it('that is refused gives the credits back, once', async () => {
      const userId = await earner(way.payee);
      await way.refuse(userId);
      await ask(userId, 40);
      const { id } = await of(userId);
      await isDue(id);
      await until(async () => {
        if ((await of(userId)).state === 'SENT') await way.answer([id]);
        return (await of(userId)).state === 'FAILED';
      });
      assert.equal((await wallet(userId)).balance, 95);
      assert.equal(await told('WithdrawalFailed', id), 1);
      assert.equal(await told('WithdrawalPaid', id), 0);
    });

    it('waits for its week, and is paid by itself then', async () => {
      const userId = await earner();
      assert.equal((await ask(userId, 95)).status, 201);
      const { id } = await of(userId);
      const { rows } = await world.service.pool.query('SELECT due_at FROM withdrawals WHERE id = $1', [id]);
      assert.ok(rows[0].due_at > new Date());
      assert.equal((await wallet(userId)).balance, 0);
      // Nobody knows yet where the money is to go.
      await isDue(id);
      await world.call(userId, 'PUT', '/payments/payee', way.payee);
      await until(async () => {
        if ((await of(userId)).state === 'SENT') await way.answer([]);
        return (await of(userId)).state === 'PAID';
      });
      assert.equal(await way.paid(id), 1);
      assert.equal(await told('WithdrawalPaid', id), 1);
    });
  });

describe('a withdrawal', () => {
  for (const how of ['down', 'lost', 'hang'] as const)
    it(`is paid once where Stripe is ${how}`, async () => {
      const userId = await earner(WAYS[1]!.payee);
      stripe.faults.add(how, /transfers/, 2);
      await ask(userId, 40);
      const { id } = await of(userId);
      await isDue(id);
      await until(async () => (await of(userId)).state === 'PAID');
      stripe.faults.clear();
      assert.equal(await WAYS[1]!.paid(id), 1);
    });

  it('that Stripe takes back after it was paid gives the credits back, once', async () => {
    const userId = await earner(WAYS[1]!.payee);
    await ask(userId, 40);
    const { id } = await of(userId);
    await isDue(id);
    await until(async () => (await of(userId)).state === 'PAID');
    const transfer = [...stripe.double.transfers.values()].find(
      (one) => one.transfer_group === `withdrawal_${id}`,
    );
    const tell = async (type: string) => {
      const event = stripe.double.events.findLast(
        (one) => one.type === type && one.data.object.id === transfer.id,
      )!;
      assert.equal(
        await stripe.double.send(event, `${world.service.url}/api/v1/payments/webhooks/stripe`),
        204,
      );
    };
    // That it was made is no reason to do anything.
    await tell('transfer.created');
    await until(async () => (await dueOf(id)) === null);
    assert.equal((await of(userId)).state, 'PAID');
    stripe.double.takeBack(transfer.id);
    await tell('transfer.reversed');
    await tell('transfer.reversed');
    await until(async () => (await of(userId)).state === 'FAILED');
    assert.equal((await wallet(userId)).balance, 95);
    assert.equal(await told('WithdrawalFailed', id), 1);
    // What is there again may be withdrawn again.
    assert.equal((await ask(userId, 95, 'b')).status, 201);
  });

  it('waits while Stripe has not enough of our money', async () => {
    const userId = await earner(WAYS[1]!.payee);
    stripe.double.balance = 10;
    await ask(userId, 40);
    const { id } = await of(userId);
    const transfers = () => stripe.double.asked.filter((one) => one === 'POST /v1/transfers').length;
    const before = transfers();
    await isDue(id);
    await until(() => transfers() > before);
    stripe.double.balance = Number.POSITIVE_INFINITY;
    stripe.double.forgetKeys();
    await until(async () => (await of(userId)).state === 'PAID');
  });

  it('is one for its key, asked for by several at once', async () => {
    const userId = await earner();
    const asked = await Promise.all([1, 2, 3, 4].map(() => ask(userId, 30)));
    assert.deepEqual(new Set(asked.map(({ status, body }) => `${status} ${body.id}`)).size, 1);
    assert.equal(asked[0]!.body.credits, -30);
    assert.equal((await wallet(userId)).balance, 65);
    const other = await ask(userId, 31);
    assert.deepEqual([other.status, other.body.code], [422, 'KEY_REUSED']);
    const { content } = (await world.call(userId, 'GET', '/transactions')).body;
    assert.equal(content[0].type, 'WITHDRAWAL');
  });

  it('is of what was earned and is there, and of nothing else', async () => {
    const userId = await earner();
    await grant(world.service.pool, userId, 50);
    const refusal = async (credits: number, key: string) => (await ask(userId, credits, key)).body.code;
    assert.equal(await refusal(146, 'a'), 'INSUFFICIENT_CREDITS');
    assert.equal(await refusal(96, 'b'), 'NOT_EARNED');
    assert.equal((await ask(userId, 95, 'c')).status, 201);
    assert.equal(await refusal(1, 'd'), 'NOT_EARNED');
  });

  it('goes where its owner wished when it was due, and is secret', async () => {
    const userId = await earner({ ...WAYS[0]!.payee, name: '=cmd(1)' });
    const { rows } = await world.service.pool.query('SELECT iban, name FROM payees WHERE id = $1', [userId]);
    assert.doesNotMatch(JSON.stringify(rows), /DE89|cmd/);
    assert.deepEqual((await world.call(userId, 'GET', '/payments/payee')).body, {
      ...{ method: 'bank', name: '=cmd(1)', account: '3000', country: 'DE' },
    });
    const bad = await world.call(userId, 'PUT', '/payments/payee', { ...WAYS[0]!.payee, iban: `${IBAN}1` });
    assert.deepEqual([bad.status, bad.body.code], [400, 'BAD_IBAN']);
    await ask(userId, 12);
    const { id } = await of(userId);
    await isDue(id);
    await until(async () => (await of(userId)).state === 'SENT');
    await world.call(userId, 'PUT', '/payments/payee', WAYS[1]!.payee);
    const open = (await asAdmin('GET', '/payouts')).body.find(
      ({ state }: { state: string }) => state === 'OPEN',
    );
    assert.equal((await world.call(userId, 'GET', `/admin/payments/payouts/${open.id}/file`)).status, 403);
    const early = await asAdmin('POST', `/payouts/${open.id}/settlement`, { rejected: [] });
    assert.deepEqual([early.status, early.body.code], [409, 'FILE_OPEN']);
    const [first, again] = [
      await asAdmin('GET', `/payouts/${open.id}/file`),
      await asAdmin('GET', `/payouts/${open.id}/file`),
    ];
    assert.deepEqual(first.body, again.body);
    const text = String(first.body);
    assert.ok(
      text.startsWith('endToEndId,creditorName,creditorIban,amount,currency,remittanceInformation\r\n'),
    );
    assert.ok(text.includes(`${id},'=cmd(1),${IBAN},12.00,EUR,SkillSwap ${id}\r\n`), text);
    // What comes later is in another file.
    const later = await earner(WAYS[0]!.payee);
    await ask(later, 12);
    await isDue((await of(later)).id);
    await until(async () => (await of(later)).state === 'SENT');
    assert.deepEqual((await asAdmin('GET', `/payouts/${open.id}/file`)).body, first.body);
    await WAYS[0]!.answer([]);
    await until(async () => (await of(later)).state === 'PAID');
  });
});

describe('what somebody has to look at', () => {
  const caseOf = async (subject: string) =>
    (await asAdmin('GET', '/cases?size=100')).body.find(
      (one: { subject: string }) => one.subject === subject,
    );
  const judge = (id: string, verdict: string) =>
    asAdmin('POST', `/cases/${id}/verdict`, { verdict, note: 'looked at' });

  it('is a withdrawal by somebody who is on a list, until they are cleared', async () => {
    const userId = await earner({ ...WAYS[1]!.payee, name: 'john DOE' });
    await ask(userId, 40);
    const { id } = await of(userId);
    await isDue(id);
    await until(async () => (await of(userId)).state === 'REVIEW');
    const found = await caseOf(`withdrawal:${id}`);
    assert.deepEqual(found.reasons, [{ rule: 'SANCTIONS', detail: 'Doe, Jöhn' }]);
    assert.equal((await world.call(userId, 'GET', '/admin/payments/cases')).status, 403);
    assert.equal((await judge(found.id, 'CLEARED')).body.state, 'CLEARED');
    assert.equal((await judge(found.id, 'CONFIRMED')).body.code, 'CASE_CLOSED');
    assert.equal(await WAYS[1]!.paid(id), 0);
    await isDue(id);
    await until(async () => (await of(userId)).state === 'PAID');
  });

  it('is a withdrawal of somebody who was suspended before it was paid; what was on its way is paid', async () => {
    const suspend = (userId: string, status: string) =>
      world.service.pool.query(
        'INSERT INTO people VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = excluded.status',
        [userId, status],
      );
    const [userId, early] = [await earner(WAYS[1]!.payee), await earner(WAYS[0]!.payee)];
    await ask(early, 12);
    await isDue((await of(early)).id);
    await until(async () => (await of(early)).state === 'SENT');
    await ask(userId, 40);
    for (const one of [userId, early]) await suspend(one, 'SUSPENDED');
    assert.equal((await ask(userId, 1, 'b')).body.code, 'ACCOUNT_INACTIVE');
    const { id } = await of(userId);
    for (const one of [userId, early]) await isDue((await of(one)).id);
    await until(async () => (await of(userId)).state === 'REVIEW');
    const found = await caseOf(`withdrawal:${id}`);
    assert.deepEqual([found.kind, found.reasons.length, found.reasons[0].rule], ['FRAUD', 1, 'SUSPENDED']);
    await WAYS[0]!.answer([]);
    await until(async () => (await of(early)).state === 'PAID');
    assert.equal(await WAYS[1]!.paid(id), 0);
    await suspend(userId, 'ACTIVE');
    await judge(found.id, 'CLEARED');
    await isDue(id);
    await until(async () => (await of(userId)).state === 'PAID');
  });

  it('is a withdrawal that looks like laundered money; what is confirmed stays where it is', async () => {
    const userId = randomUUID();
    await earn(userId, 800);
    await ask(userId, 700);
    const { id, state } = await of(userId);
    assert.equal(state, 'REVIEW');
    const found = await caseOf(`withdrawal:${id}`);
    assert.deepEqual(
      found.reasons.map(({ rule }: { rule: string }) => rule),
      ['ONE_PAYER', 'PASSED_THROUGH'],
    );
    for (const _twice of [1, 2]) assert.equal((await judge(found.id, 'CONFIRMED')).status, 200);
    assert.equal((await of(userId)).state, 'FAILED');
    assert.equal((await wallet(userId)).balance, 760);
    assert.equal((await ask(userId, 1, 'b')).body.code, 'WALLET_STOPPED');
  });

  it('is a purchase that was blocked, of which the provider is never told', async () => {
    const [userId, before] = [randomUUID(), stripe.payments().length];
    const body = { paymentMethodId: stripe.methods.good, amount: 500_000, currency: 'EUR' };
    const buy = () => world.call(userId, 'POST', '/payments/purchases', body, { key: 'a' });
    for (const { status, body } of [await buy(), await buy()])
      assert.deepEqual([status, body.code], [403, 'PURCHASE_BLOCKED']);
    assert.equal(stripe.payments().length, before);
    const { rows } = await world.service.pool.query('SELECT id, risk FROM purchases WHERE user_id = $1', [
      userId,
    ]);
    assert.equal(rows[0].risk.level, 'HIGH');
    assert.equal((await caseOf(`purchase:${rows[0].id}`)).kind, 'FRAUD');
  });
});

describe('reports', () => {
  it('tell of a year what was earned, less what was undone', async () => {
    const userId = await earner(WAYS[0]!.payee);
    const undone = await earn(userId, 40);
    await inLedger(world.service.pool, (tx) => reverse(tx, { key: `undo:${undone}`, postingId: undone }));
    const year = new Date().getUTCFullYear();
    const { body } = await world.call(userId, 'GET', `/payments/tax-documents/${year}`);
    assert.deepEqual(body, {
      ...{ year, userId, country: 'DE', sessions: 1, earnedCredits: 100, feeCredits: 5, paidOut: [] },
      ...{ rule: 'DAC7', reportable: true },
    });
    const other = await asAdmin('GET', `/tax-documents/${userId}/${year - 1}`);
    assert.deepEqual([other.body.sessions, other.body.reportable], [0, false]);
  });

  it('share what was paid between the platform and those who earned it', async () => {
    const month = new Date().toISOString().slice(0, 7);
    const share = async () => (await asAdmin('GET', `/revenue?from=${month}&to=${month}`)).body[0];
    const before = await share();
    await earn(randomUUID(), 61);
    const { transfers, credits, platform, providers } = await share();
    assert.deepEqual(
      [transfers - before.transfers, credits - before.credits, platform - before.platform],
      [1, 61, 4],
    );
    assert.equal(credits, platform + providers);
  });
});

it('payouts are on Mondays at six, the next one always to come', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      (now) => {
        const next = nextPayoutAt(now);
        assert.ok(next > now && next.getTime() - now.getTime() <= 7 * 86_400_000);
        assert.equal(next.toISOString().slice(11), '06:00:00.000Z');
        assert.equal(next.getUTCDay(), 1);
        assert.equal(weekOf(next), next.toISOString().slice(0, 10));
      },
    ),
  );
});

it('all of it adds up', async () => {
  await assertSound(world.service.pool);
});
