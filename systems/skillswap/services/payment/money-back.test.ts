import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { contestedCredits } from './disputes/decide.ts';
import { assertSound, grant } from './testing/books.ts';
import { paypalPayers, stripePayers } from './testing/payers.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
let stripe: Awaited<ReturnType<typeof stripePayers>>;
let paypal: Awaited<ReturnType<typeof paypalPayers>>;

before(async () => {
  [stripe, paypal] = [await stripePayers(), await paypalPayers()];
  const quick = { PROVIDER_TIMEOUT_MS: '150', PAYMENT_LOOK_MS: '10', PAYMENT_AGAIN_MS: '1' };
  world = await startWorld({ ...stripe.env, ...paypal.env, ...quick });
});

after(async () => {
  await world?.stop();
  stripe?.close();
  paypal?.close();
});

const CREDITS = 103;
const ADMIN = randomUUID();

/** Somebody who has bought for 100 EUR. */
async function buyer(by: typeof stripe | typeof paypal = stripe) {
  const userId = randomUUID();
  const body = { provider: by.name, paymentMethodId: by.methods.good, amount: 10_000, currency: 'EUR' };
  await world.call(userId, 'POST', '/payments/purchases', body, { key: 'a' });
  const paymentId = by.payments().at(-1)!;
  by.answer(paymentId, 'good');
  await until(async () => (await wallet(userId)).balance === CREDITS);
  const { rows } = await world.service.pool.query('SELECT id FROM purchases WHERE user_id = $1', [userId]);
  return { userId, paymentId, purchaseId: rows[0].id as string };
}

const wallet = async (userId: string) => (await world.call(userId, 'GET', '/credits')).body;
const spend = (userId: string, credits: number) => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const key = randomUUID();
  return world.operations
    .holdCredits({ body: { key, userId, credits, expiresAt } })
    .then(({ id }) =>
      world.operations.captureHold({ params: { id }, body: { key, toUserId: randomUUID() } }),
    );
};
const askBack = (userId: string, purchaseId: string) =>
  world.call(userId, 'POST', `/payments/purchases/${purchaseId}/refund`, { reason: 'changed my mind' });
const refundIs = (purchaseId: string, state: string) =>
  until(async () => {
    const { rows } = await world.service.pool.query('SELECT state FROM refunds WHERE purchase_id = $1', [
      purchaseId,
    ]);
    return rows[0]?.state === state;
  });

for (const by of ['stripe', 'paypal'] as const)
  describe(`money back by ${by}`, () => {
    const payers = () => (by === 'stripe' ? stripe : paypal);

    it('takes the credits and gives the money, once, whatever answer is lost', async () => {
      const { userId, purchaseId } = await buyer(payers());
      const before = payers().charged();
      payers().faults.add('lost', /refund/, 1);
      payers().faults.add('down', /refund/, 1);
      const asked = await Promise.all([askBack(userId, purchaseId), askBack(userId, purchaseId)]);
      assert.deepEqual(new Set(asked.map(({ status, body }) => `${status} ${body.id}`)).size, 1);
      await refundIs(purchaseId, 'DONE');
      assert.equal(before - payers().charged(), 10_000);
      assert.deepEqual(await wallet(userId), { userId, balance: 0, held: 0, available: 0, debt: 0 });
    });

    it('is contested: the credits go, and come back if we win', async () => {
      const { userId, paymentId } = await buyer(payers());
      const known = payers().messages().length;
      payers().dispute(paymentId);
      const [message] = payers().messages().slice(known);
      const to = `${world.service.url}/api/v1/payments/webhooks/${by}`;
      assert.deepEqual([await message!(to), await message!(to)], [204, 204]);
      await until(async () => (await wallet(userId)).balance === 0);
      const disputes = payers().double.disputes;
      const dispute = [...disputes.values()].at(-1);
      Object.assign(
        dispute,
        by === 'stripe'
          ? { status: 'won' }
          : { status: 'RESOLVED', dispute_outcome: { outcome_code: 'RESOLVED_SELLER_FAVOUR' } },
      );
      await until(async () => (await wallet(userId)).balance === CREDITS);
      const told = (await world.said('CreditsTakenBack')).filter((one) => one.userId === userId);
      assert.deepEqual(
        told.map(({ credits, owed }) => [credits, owed]),
        [[CREDITS, 0]],
      );
    });
  });

describe('a refund', () => {
  it('is not for what was spent, nor of somebody else, nor late; administrators may, and what is spent is owed', async () => {
    const { userId, purchaseId } = await buyer();
    await spend(userId, 30);
    const refused = await askBack(userId, purchaseId);
    assert.deepEqual([refused.status, refused.body.code], [409, 'INSUFFICIENT_CREDITS']);
    assert.equal((await askBack(randomUUID(), purchaseId)).status, 404);
    const path = `/admin/payments/purchases/${purchaseId}/refund`;
    const body = { reason: 'goodwill' };
    assert.equal((await world.call(userId, 'POST', path, body)).status, 403);
    assert.equal((await world.call(ADMIN, 'POST', path, body, { role: 'ADMIN' })).status, 202);
    await refundIs(purchaseId, 'DONE');
    assert.deepEqual(await wallet(userId), { userId, balance: 0, held: 0, available: 0, debt: 30 });
    const late = await buyer();
    await world.service.pool.query(
      `UPDATE purchases SET paid_at = now() - interval '15 days' WHERE id = $1`,
      [late.purchaseId],
    );
    assert.equal((await askBack(late.userId, late.purchaseId)).body.code, 'TOO_LATE');
  });

  it('that the provider will never make gives the credits back', async () => {
    const { userId, purchaseId, paymentId } = await buyer();
    stripe.double.intents.get(paymentId).amount_received = 5;
    await askBack(userId, purchaseId);
    await refundIs(purchaseId, 'FAILED');
    assert.equal((await wallet(userId)).balance, CREDITS);
    stripe.double.intents.get(paymentId).amount_received = 10_000;
  });
});

describe('a payment that is contested', () => {
  it('leaves a debt of what was spent, which income pays first, and is taken back once', async () => {
    const { userId, paymentId, purchaseId } = await buyer();
    await spend(userId, 100);
    stripe.dispute(paymentId);
    const to = `${world.service.url}/api/v1/payments/webhooks/stripe`;
    await stripe.messages().at(-1)!(to);
    await until(async () => (await wallet(userId)).debt === 100);
    assert.equal((await wallet(userId)).available, 0);
    const refused = await spend(userId, 1).catch(({ problem }) => problem);
    assert.equal(refused.code, 'INSUFFICIENT_CREDITS');
    await grant(world.service.pool, userId, 40);
    assert.deepEqual(await wallet(userId), { userId, balance: 0, held: 0, available: 0, debt: 60 });
    stripe.double.decide([...stripe.double.disputes.keys()].at(-1)!, 'lost');
    await stripe.messages().at(-1)!(to);
    await until(async () => {
      const [dispute] = (
        await world.call(ADMIN, 'GET', '/admin/payments/disputes', undefined, { role: 'ADMIN' })
      ).body;
      return dispute.state === 'LOST' && dispute.credits === CREDITS && dispute.owed === 100;
    });
    assert.equal((await wallet(userId)).debt, 60);
    await grant(world.service.pool, userId, 500);
    const refund = await askBack(userId, purchaseId);
    assert.deepEqual([refund.status, refund.body.code], [409, 'CONTESTED']);
    assert.equal((await wallet(userId)).balance, 440);
  });

  it('is none of ours where nobody has bought by it', async () => {
    const to = `${world.service.url}/api/v1/payments/webhooks/stripe`;
    const { paymentId } = await buyer();
    const dispute = stripe.double.dispute(paymentId);
    Object.assign(dispute, { payment_intent: 'pi_of_others', charge: 'ch_of_others' });
    await stripe.messages().at(-1)!(to);
    await until(async () => {
      const { rows } = await world.service.pool.query('SELECT state FROM disputes WHERE dispute_id = $1', [
        dispute.id,
      ]);
      return rows[0]?.state === 'UNKNOWN';
    });
  });

  it('in part takes as much of the credits, and never more than there were', () => {
    const money = fc.integer({ min: 1, max: 10_000_000 });
    const credits = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(money, money, credits, credits, (amount, contested, bought, bonus) => {
        const taken = contestedCredits({ amount, currency: 'EUR', bought, bonus }, contested);
        assert.ok(taken.bought <= bought && taken.bonus <= bonus);
        if (contested >= amount) assert.deepEqual(taken, { bought, bonus });
        else assert.ok(taken.bought >= (bought * contested) / amount - 1e-6);
      }),
    );
  });
});

it('all of it adds up', async () => {
  await assertSound(world.service.pool);
});
