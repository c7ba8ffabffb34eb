import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { stripe } from '../../../systems/skillswap/services/payment/purchases/stripe.ts';
import { stripePayers } from '../../../systems/skillswap/services/payment/testing/payers.ts';
import { lookAtCharges } from './while-moving.ts';

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
