import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { purchasedCredits } from '../../../kit/credits/prices.ts';
import { assertSound } from '../testing/books.ts';
import { type Payers, paypalPayers, stripePayers } from '../testing/payers.ts';
import { startWorld, type World } from '../testing/world.ts';
import { hasCardNumber } from './card-data.ts';
import { ABANDONED_MS, nextStep } from './decide.ts';

let world: World;
const doubles: Payers[] = [];

before(async () => {
  doubles.push(await stripePayers(), await paypalPayers());
  const env = Object.assign({}, ...doubles.map(({ env }) => env));
  world = await startWorld({
    ...env,
    PROVIDER_TIMEOUT_MS: '150',
    PAYMENT_LOOK_MS: '10',
    PAYMENT_AGAIN_MS: '1',
  });
});

after(async () => {
  await world?.stop();
  for (const double of doubles) double.close();
});

const AMOUNT = 10_000;
const CREDITS = 103;

type Bought = Awaited<ReturnType<World['call']>>;

for (const name of ['stripe', 'paypal'] as const) {
  const payers = () => doubles.find((one) => one.name === name)!;
  const buy = (userId: string, paymentMethodId: string, key: string = randomUUID(), amount = AMOUNT) => {
    const body = { provider: name, paymentMethodId, amount, currency: 'EUR' };
    return world.call(userId, 'POST', '/payments/purchases', body, { key });
  };
  const balanceOf = async (userId: string) => (await world.call(userId, 'GET', '/credits')).body.balance;
  const stateOf = async (id: string) => {
    const { rows } = await world.service.pool.query('SELECT state FROM purchases WHERE id = $1', [id]);
    return rows[0]?.state as string;
  };
  const purchaseOf = async (userId: string) => {
    const { rows } = await world.service.pool.query(
      'SELECT id, payment_id AS "paymentId", state FROM purchases WHERE user_id = $1',
      [userId],
    );
    return rows[0] as { id: string; paymentId: string | null; state: string };
  };
  const isOver = async (userId: string) => ['PAID', 'FAILED'].includes((await purchaseOf(userId)).state);
  const webhooks = () => `${world.service.url}/api/v1/payments/webhooks/${name}`;
  /** The payer answers as soon as there is something to answer. */
  const answered = async (userId: string, method: string) => {
    await until(async () => {
      const { paymentId } = await purchaseOf(userId);
      if (paymentId) payers().answer(paymentId, method);
      return isOver(userId);
    });
  };
  /** What was charged since `before` is what there are credits for. */
  const assertEven = async (userId: string, before: number) => {
    const { bought, bonus } = purchasedCredits(payers().charged() - before, 'EUR');
    assert.equal(await balanceOf(userId), bought + bonus);
  };

  describe(`a purchase by ${name}`, () => {
    it('gives credits with the bonus, once, and the same answer to the same key', async () => {
      const [userId, key, before] = [randomUUID(), randomUUID(), payers().charged()];
      const { good } = payers().methods;
      const first = await buy(userId, good, key);
      await answered(userId, good);
      const again: Bought[] = await Promise.all([1, 2, 3].map(() => buy(userId, good, key)));
      for (const { status, body } of again) {
        assert.equal(status, 201);
        assert.deepEqual([body.creditsAdded, body.newBalance], [CREDITS, CREDITS]);
      }
      assert.ok(first.status === 201 || first.status === 202);
      assert.equal(payers().charged() - before, AMOUNT);
      const other = await buy(userId, good, key, AMOUNT + 100);
      assert.deepEqual([other.status, other.body.code], [422, 'KEY_REUSED']);
      const { content } = (await world.call(userId, 'GET', '/transactions')).body;
      const shown = content.map(({ type, credits }: Record<string, unknown>) => [type, credits]);
      assert.deepEqual(shown, [['PURCHASE', CREDITS]]);
    });

    it('by several at once is one', async () => {
      const [userId, key, before] = [randomUUID(), randomUUID(), payers().charged()];
      await Promise.all([1, 2, 3, 4].map(() => buy(userId, payers().methods.good, key)));
      await answered(userId, payers().methods.good);
      assert.equal(payers().charged() - before, AMOUNT);
      await assertEven(userId, before);
    });

    it('waits for the payer where their bank or the provider asks them', async () => {
      const [userId, before] = [randomUUID(), payers().charged()];
      const { status, body } = await buy(userId, payers().methods.asks);
      assert.deepEqual([status, body.status], [202, 'ACTION']);
      assert.ok(body.clientSecret ?? body.actionUrl);
      assert.equal(await balanceOf(userId), 0);
      await answered(userId, payers().methods.asks);
      const now = (await world.call(userId, 'GET', `/payments/purchases/${body.id}`)).body;
      assert.deepEqual([now.status, now.clientSecret, now.actionUrl], ['PAID', null, null]);
      await assertEven(userId, before);
      assert.equal((await world.call(randomUUID(), 'GET', `/payments/purchases/${body.id}`)).status, 404);
    });

    it('that is refused costs nothing and gives nothing, then and later', async () => {
      const [userId, key, before] = [randomUUID(), randomUUID(), payers().charged()];
      await buy(userId, payers().methods.refused, key);
      await answered(userId, payers().methods.refused);
      const { status, body } = await buy(userId, payers().methods.refused, key);
      assert.deepEqual([status, body.code], [402, 'PAYMENT_DECLINED']);
      await assertEven(userId, before);
      assert.equal(payers().charged(), before);
    });

    for (const step of ['create', 'confirm', 'look'] as const)
      for (const how of ['down', 'lost', 'hang'] as const)
        it(`is even in the end when the provider is ${how} as we ask it to ${step}`, async () => {
          const [userId, before] = [randomUUID(), payers().charged()];
          // What is charged at once shows best whether an answer that is lost is charged again.
          const method = payers().methods[step === 'look' ? 'asks' : 'good'];
          payers().faults.add(how, payers().paths[step], 2);
          const { status, body } = await buy(userId, method);
          assert.ok(status < 300 || body.code === 'PROVIDER_UNAVAILABLE', JSON.stringify(body));
          await answered(userId, method);
          payers().faults.clear();
          assert.equal(payers().charged() - before, AMOUNT);
          await assertEven(userId, before);
        });

    it('takes messages twice, late and in any order, and believes none that is not signed', async () => {
      const [userId, before] = [randomUUID(), payers().charged()];
      const known = payers().messages().length;
      await buy(userId, payers().methods.asks);
      const { paymentId } = await purchaseOf(userId);
      payers().answer(paymentId!, 'good');
      await until(() => isOver(userId));
      const messages = payers().messages().slice(known).reverse();
      assert.ok(messages.length > 0);
      for (const message of messages)
        assert.deepEqual([await message(webhooks()), await message(webhooks())], [204, 204]);
      assert.equal(await messages[0]!(webhooks(), false), 400);
      await assertEven(userId, before);
      assert.equal(await stateOf((await purchaseOf(userId)).id), 'PAID');
    });
  });
}

describe('a message', () => {
  it('has a payment looked at that nobody would look at for long', async () => {
    const userId = randomUUID();
    const stripe = doubles[0] as Awaited<ReturnType<typeof stripePayers>>;
    const body = { paymentMethodId: stripe.methods.asks, amount: AMOUNT, currency: 'EUR' };
    const { id } = (await world.call(userId, 'POST', '/payments/purchases', body, { key: 'a' })).body;
    await world.service.pool.query(`UPDATE purchases SET due_at = now() + interval '1 day' WHERE id = $1`, [
      id,
    ]);
    const paymentId = stripe.payments().at(-1)!;
    stripe.double.authenticate(paymentId);
    const event = stripe.double.events.at(-1)!;
    const to = `${world.service.url}/api/v1/payments/webhooks/stripe`;
    const old = new Date(Date.now() - 301_000);
    assert.equal(await stripe.double.send(event, to, { at: old }), 400);
    assert.equal(await stripe.double.send(event, to), 204);
    await until(async () => (await world.call(userId, 'GET', '/credits')).body.balance === CREDITS);
  });
});

describe('a number of a card', () => {
  it('is refused wherever it comes, and no other number is', () => {
    for (const text of ['4242424242424242', 'card 4242 4242 4242 4242', 'x=3782-822463-10005;'])
      assert.ok(hasCardNumber({ a: [{ b: text }] }), text);
    assert.ok(hasCardNumber({ 4242424242424242: 1 }) && hasCardNumber(4242424242424242));
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 10_000_000 }), (uuid, amount) => {
        assert.ok(!hasCardNumber({ uuid, amount, method: 'pm_1NXyz2AbCdEfGhIj' }));
      }),
    );
  });

  it('is answered with a refusal that does not tell it again', async () => {
    const body = { paymentMethodId: '4242424242424242', amount: AMOUNT, currency: 'EUR' };
    const key = '4000 0566 5566 5556';
    for (const sent of [
      world.call(randomUUID(), 'POST', '/payments/purchases', body, { key: 'b' }),
      world.call(
        randomUUID(),
        'POST',
        '/payments/purchases',
        { ...body, paymentMethodId: 'pm_card_visa' },
        { key },
      ),
    ]) {
      const { status, body } = await sent;
      assert.deepEqual([status, body.code], [400, 'CARD_DATA_REFUSED']);
      assert.doesNotMatch(JSON.stringify(body), /4242|5556/);
    }
    const { rowCount } = await world.service.pool.query(`SELECT FROM purchases WHERE method LIKE '%4242%'`);
    assert.equal(rowCount, 0);
  });
});

describe('what follows of a payment', () => {
  const purchase = { amount: 100, currency: 'EUR', ageMs: 0, reason: null } as const;

  it('that somebody has abandoned is its end', () => {
    const old = { ...purchase, ageMs: ABANDONED_MS };
    assert.equal(nextStep({ is: 'action' }, purchase).do, 'wait');
    assert.equal(nextStep({ is: 'action' }, old).do, 'cancel');
    assert.equal(nextStep({ is: 'ready' }, old).do, 'cancel');
    assert.equal(nextStep({ is: 'processing' }, old).do, 'wait');
  });

  it('of another amount or currency than was asked for is no credit', () => {
    const paid = { is: 'succeeded', chargeId: 'ch', amount: 100, currency: 'EUR' } as const;
    assert.equal(nextStep(paid, purchase).do, 'credit');
    assert.equal(nextStep({ ...paid, amount: 99 }, purchase).do, 'review');
    assert.equal(nextStep({ ...paid, currency: 'USD' }, purchase).do, 'review');
  });
});

it('all of it adds up', async () => {
  await assertSound(world.service.pool);
});

it('is gone on with as soon as credits are this service’s to move again, however long they were not', async () => {
  const { pool } = world.service;
  const [stripe, userId] = [doubles.find(({ name }) => name === 'stripe')!, randomUUID()];
  await pool.query('CREATE SCHEMA banyan; CREATE TABLE banyan.shares (service text, share int)');
  await pool.query(`INSERT INTO banyan.shares VALUES ('payment', 0)`);
  const body = { provider: 'stripe', paymentMethodId: stripe.methods.good, amount: AMOUNT, currency: 'EUR' };
  stripe.faults.add('lost', stripe.paths.confirm);
  const { status } = await world.call(userId, 'POST', '/payments/purchases', body, { key: randomUUID() });
  assert.equal(status, 503);
  const found = async () =>
    (
      await pool.query('SELECT state, attempts, due_at <= now() AS due FROM purchases WHERE user_id = $1', [
        userId,
      ])
    ).rows[0];
  // It has been time for it again and again.
  let asked = 0;
  const count = () => asked++;
  await until(async () => (await found()).due);
  pool.on('acquire', count);
  await until(() => asked > 100);
  pool.off('acquire', count);
  assert.deepEqual(await found(), { state: 'CREATED', attempts: 0, due: true });
  await pool.query('UPDATE banyan.shares SET share = 10000');
  await until(async () => (await found()).state === 'PAID');
  await pool.query('DROP SCHEMA banyan CASCADE');
});
