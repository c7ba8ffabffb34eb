import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { applySchemaFile, createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { endAsShown, markPaid } from '../../../systems/skillswap/services/payment/purchases/store.ts';
import { stripe } from '../../../systems/skillswap/services/payment/purchases/stripe.ts';
import { stripePayers } from '../../../systems/skillswap/services/payment/testing/payers.ts';
import { lookAtCharges, lookAtPurchases } from './while-moving.ts';

it('finds charges without credits, charges that were made twice, and credits without a charge', async (t) => {
  const { double, close } = await stripePayers();
  t.after(close);
  const pool = createPool(await (await testServer()).database('charges'), { max: 2 });
  t.after(() => pool.end());
  await pool.query(
    'CREATE TABLE transactions (id uuid, type text, status text, payment_id text, amount int)',
  );
  const { url, secretKey, webhookSecret } = double;
  const provider = stripe({ url, secretKey, webhookSecret, timeoutMs: 5_000 });

  const pay = async (purchaseId: string = randomUUID()): Promise<[purchaseId: string, chargeId: string]> => {
    const [amount, currency, method] = [1_000, 'EUR', 'pm_card_visa'] as const;
    const { paymentId } = await provider.create({ purchaseId, amount, currency, method, key: randomUUID() });
    await provider.confirm(paymentId, { key: randomUUID(), method });
    return [purchaseId, double.intents.get(paymentId).latest_charge];
  };
  const give = (id: string, chargeId: string, amount = 1_000) =>
    pool.query(`INSERT INTO transactions VALUES ($1, 'PURCHASE', 'COMPLETED', $2, $3)`, [
      id,
      chargeId,
      amount,
    ]);
  const found = () => lookAtCharges(url, pool);

  // More than a page of them, and one that was never confirmed.
  for (let n = 0; n < 101; n++) await give(...(await pay()));
  const [amount, currency, method] = [1_000, 'EUR', 'pm_card_visa'] as const;
  await provider.create({ purchaseId: randomUUID(), amount, currency, method, key: randomUUID() });
  assert.deepEqual(await found(), []);

  const [lacking, ofLacking] = await pay();
  assert.match((await found()).join(), new RegExp(`${lacking}, of which nobody has credits`));
  await give(lacking, ofLacking);
  const [elsewhere, ofElsewhere] = await pay();
  await give(elsewhere, `pi_double_${elsewhere}`);
  assert.match((await found()).join(), new RegExp(`${elsewhere} was charged as ${ofElsewhere}, and again`));
  await pool.query('UPDATE transactions SET payment_id = $1 WHERE id = $2', [ofElsewhere, elsewhere]);
  const [, again] = await pay(elsewhere);
  assert.match((await found()).join(), new RegExp(`${elsewhere} was charged as ${again}, and again`));
  assert.deepEqual(await lookAtCharges(url, pool, { givesBack: false }), []);
  const paymentId = [...double.intents.keys()].at(-1)!;
  await provider.refund({ paymentId, chargeId: again, amount, currency, key: randomUUID() });
  assert.deepEqual(await found(), []);
  await pool.query('DELETE FROM transactions WHERE id = $1', [elsewhere]);
  double.intents.clear();
  assert.equal((await found()).length, 102);
});

it('misses the credits of what was paid here, not of what the monolith has ended', async (t) => {
  const pool = createPool(await (await testServer()).database('purchases'), { max: 2 });
  t.after(() => pool.end());
  await applySchemaFile(pool, {
    name: 'payment',
    file: new URL('../../../systems/skillswap/services/payment/schema.sql', import.meta.url),
  });
  const open = async (paymentId: string | null, shown: string) => {
    const id = randomUUID();
    await pool.query(
      `WITH shown AS (INSERT INTO transactions (id, type, status, credits, payment_id) VALUES ($1, 'PURCHASE', $3, 100, 'ch_monolith'))
       INSERT INTO purchases (id, user_id, key, provider, method, amount, currency, bought, bonus, payment_id)
       VALUES ($1, $1, 'k', 'stripe', 'm', 1000, 'EUR', 100, 2, $2)`,
      [id, paymentId, shown],
    );
    return id;
  };
  await endAsShown(pool, await open('pi_given_up', 'COMPLETED'));
  await endAsShown(pool, await open(null, 'FAILED'));
  assert.deepEqual(await lookAtPurchases(pool), []);
  await withTransaction(pool, async (tx) => await markPaid(tx, await open('pi_here', 'PENDING'), 'ch_here'));
  assert.match((await lookAtPurchases(pool)).join(), /has its credits once, and no more: not 1 times/);
});
