import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import { assertSound } from '../testing/books.ts';
import { stripePayers } from '../testing/payers.ts';
import { startWorld, type World } from '../testing/world.ts';
import { LATE_MS, leftStep } from './decide.ts';

const AMOUNT = 1_000;
const CREDITS = 10;
const OFTEN = {
  PROVIDER_TIMEOUT_MS: '150',
  PAYMENT_LOOK_MS: '10',
  PAYMENT_AGAIN_MS: '1',
  TAKE_OVER_MS: '10',
};

type Left = { id: string; userId: string; key: string };
let stripe: Awaited<ReturnType<typeof stripePayers>>;
let world: World;

/** A purchase of the monolith's, of which it has no answer yet, as a link brings it. */
async function leave(method = 'pm_card_visa'): Promise<Left> {
  const left = { id: randomUUID(), userId: randomUUID(), key: randomUUID() };
  await world.service.pool.query(
    `INSERT INTO transactions (id, user_id, type, status, credits, amount, currency, payment_method_id, idempotency_key)
     VALUES ($1, $2, 'PURCHASE', 'PENDING', $3, $4, 'EUR', $5, $6)`,
    [left.id, left.userId, CREDITS, AMOUNT, method, left.key],
  );
  return left;
}

/** What the monolith asks Stripe for. */
async function charge({ id }: Left, { times = 1, method = 'pm_card_visa' } = {}): Promise<string[]> {
  const headers = { authorization: `Bearer ${stripe.double.secretKey}` };
  const ids: string[] = [];
  for (let time = 0; time < times; time++) {
    const form = {
      amount: String(AMOUNT),
      currency: 'eur',
      payment_method: method,
      'metadata[transaction_id]': id,
    };
    const url = `${stripe.double.url}/v1/payment_intents`;
    const made = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
    ids.push(((await made.json()) as { id: string }).id);
    await fetch(`${url}/${ids.at(-1)}/confirm`, { method: 'POST', headers });
  }
  return ids;
}

const purchaseOf = async ({ id }: Left) =>
  (
    await world.service.pool.query(
      'SELECT state, payment_id AS "paymentId", attempts FROM purchases WHERE id = $1',
      [id],
    )
  ).rows[0] as { state: string; paymentId: string | null; attempts: number } | undefined;
const becomes = (left: Left, state: string) => until(async () => (await purchaseOf(left))?.state === state);
const balanceOf = async ({ userId }: Left) => (await world.call(userId, 'GET', '/credits')).body.balance;
const again = ({ userId, key }: Left, paymentMethodId = 'pm_card_visa') =>
  world.call(
    userId,
    'POST',
    '/payments/purchases',
    { paymentMethodId, amount: AMOUNT, currency: 'EUR' },
    { key },
  );
const admin = randomUUID();
const caseOf = async (left: Left) => {
  const { body } = await world.call(admin, 'GET', '/admin/payments/cases?state=OPEN&size=100', undefined, {
    role: 'ADMIN',
  });
  return body.find(({ subject }: { subject: string }) => subject === `purchase:${left.id}`);
};
const judge = async (left: Left, verdict: object) => {
  const { id } = await caseOf(left);
  const body = { note: 'found in the list of payments', ...verdict };
  return (await world.call(admin, 'POST', `/admin/payments/cases/${id}/verdict`, body, { role: 'ADMIN' }))
    .status;
};
/** As if the monolith had written nothing for so long. */
const letPass = ({ id }: Left, ms: number) =>
  world.service.pool.query(
    `UPDATE purchases SET left_open_at = left_open_at - make_interval(secs => $2), due_at = now() WHERE id = $1`,
    [id, ms / 1_000],
  );

describe('a purchase that the monolith has left open, at a provider that both have,', () => {
  before(async () => {
    stripe = await stripePayers();
    world = await startWorld({ ...stripe.env, ...OFTEN, MONOLITH_PAYMENTS: 'stripe' });
  });
  after(async () => {
    await world?.stop();
    stripe?.close();
  });

  it('and that was charged has its credits, once, and nobody is charged again', async () => {
    const before = stripe.charged();
    const left = await leave();
    const [paymentId] = await charge(left);
    const asked = await Promise.all([again(left), again(left)]);
    await becomes(left, 'PAID');
    for (const { status } of [...asked, await again(left)]) assert.ok(status === 201 || status === 202);
    assert.equal((await purchaseOf(left))?.paymentId, paymentId);
    assert.deepEqual([await balanceOf(left), stripe.charged() - before], [CREDITS, AMOUNT]);
  });

  it('is looked for again when the provider is down', async () => {
    const before = stripe.charged();
    stripe.faults.add('down', /^GET .*payment_intents\?/, 3);
    const left = await leave();
    await charge(left);
    await becomes(left, 'PAID');
    assert.deepEqual([await balanceOf(left), stripe.charged() - before], [CREDITS, AMOUNT]);
  });

  it('and that was refused is over, and costs nothing', async () => {
    const before = stripe.charged();
    const left = await leave('pm_card_chargeDeclined');
    await charge(left, { method: 'pm_card_chargeDeclined' });
    await becomes(left, 'FAILED');
    assert.equal((await again(left, 'pm_card_chargeDeclined')).status, 402);
    assert.deepEqual([await balanceOf(left), stripe.charged() - before], [0, 0]);
  });

  it('and is not there may still be charged: it is not begun here before that is over', async () => {
    const before = stripe.charged();
    const [late, never] = [await leave(), await leave()];
    for (const left of [late, never]) {
      await until(async () => ((await purchaseOf(left))?.attempts ?? 0) >= 2);
      assert.equal((await again(left)).status, 202);
    }
    assert.equal(stripe.charged() - before, 0);
    await charge(late);
    for (const left of [late, never]) {
      await letPass(left, LATE_MS);
      await becomes(left, 'PAID');
      assert.equal(await balanceOf(left), CREDITS);
    }
    assert.equal(stripe.charged() - before, 2 * AMOUNT);
  });

  it('and was charged twice is for a person, who says which payment it is', async () => {
    const left = await leave();
    const [, paymentId] = await charge(left, { times: 2 });
    await until(async () => (await caseOf(left)) !== undefined);
    assert.equal((await again(left)).body.reason, 'review');
    assert.equal(await balanceOf(left), 0);
    assert.equal(await judge(left, { verdict: 'CONFIRMED', paymentId }), 200);
    await becomes(left, 'PAID');
    assert.deepEqual([(await purchaseOf(left))?.paymentId, await balanceOf(left)], [paymentId, CREDITS]);
  });

  it('all of it adds up', async () => await assertSound(world.service.pool));
});

describe('a purchase that the monolith has left open, nobody knows where,', () => {
  before(async () => {
    stripe = await stripePayers();
    world = await startWorld({ ...stripe.env, ...OFTEN });
  });
  after(async () => {
    await world?.stop();
    stripe?.close();
  });

  it('is for a person: nobody is charged, and it has its credits, or is over, as they say', async () => {
    const [charged, not] = [await leave(), await leave()];
    for (const left of [charged, not]) {
      await until(async () => (await caseOf(left)) !== undefined);
      const { kind, reasons } = await caseOf(left);
      assert.deepEqual([kind, reasons[0].rule], ['PAYMENT', 'LEFT_OPEN']);
      assert.deepEqual([(await again(left)).status, await balanceOf(left)], [202, 0]);
    }
    assert.equal(await judge(charged, { verdict: 'CONFIRMED' }), 200);
    assert.equal(await judge(not, { verdict: 'CLEARED' }), 200);
    assert.equal((await again(charged)).status, 201);
    assert.equal((await again(not)).status, 402);
    assert.deepEqual([await balanceOf(charged), await balanceOf(not)], [CREDITS, 0]);
    // Nothing of it says anything of the person.
    assert.equal((await again({ ...charged, key: randomUUID() })).status, 201);
    assert.deepEqual(
      stripe.payments().map((id) => stripe.double.intents.get(id).amount_received),
      [AMOUNT],
    );
    await assertSound(world.service.pool);
  });
});

describe('what becomes of what was left open', () => {
  const one = (paymentId: string) => ({ paymentId, state: { is: 'processing' } }) as const;
  const step = (left: Parameters<typeof leftStep>[0], sinceMs = 0, paymentId: string | null = null) =>
    leftStep(left, { sinceMs, paymentId }).do;

  it('is never a second payment while there may be one', () => {
    for (const sinceMs of [0, LATE_MS - 1, LATE_MS, 10 * LATE_MS]) {
      assert.equal(step('unknown', sinceMs), 'review');
      assert.equal(step([one('a')], sinceMs), 'adopt');
      assert.equal(step([one('a'), one('b')], sinceMs), 'review');
      // One was begun here before, too.
      assert.equal(step([one('a')], sinceMs, 'ours'), 'review');
      assert.equal(step([], sinceMs), sinceMs < LATE_MS ? 'wait' : 'begin');
      assert.equal(step([one('ours')], sinceMs, 'ours'), sinceMs < LATE_MS ? 'wait' : 'begin');
      assert.equal(step('nowhere', sinceMs), 'begin');
    }
  });
});
