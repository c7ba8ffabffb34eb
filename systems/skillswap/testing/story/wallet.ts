import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Person, Teller } from './teller.ts';

export async function buy({ tell, as, moves, bothSee, cast: { ada } }: Teller): Promise<void> {
  const wanted = { paymentMethodId: 'pm_card_visa', amount: 10_000, currency: 'EUR' };
  const key = { 'idempotency-key': randomUUID() };
  const once = tell('Ada buys', await as(ada, 'POST', '/payments/purchases', wanted, key));
  const again = tell('Ada asks again', await as(ada, 'POST', '/payments/purchases', wanted, key));
  assert.deepEqual([once.creditsAdded, once.newBalance], [103, 103]);
  assert.equal(again.transactionId, once.transactionId);
  moves(ada, { balance: 103, told: 'credits_added' });
  await bothSee('after Ada has bought');
}

export async function withdraw(story: Teller): Promise<void> {
  const {
    tell,
    tellRefused,
    as,
    moves,
    bothSee,
    cast: { ada, ben },
  } = story;
  const take = (one: Person, credits: number, key = randomUUID()) =>
    as(one, 'POST', '/payments/withdrawals', { credits, currency: 'EUR' }, { 'idempotency-key': key });
  const key = randomUUID();
  const [once, again] = [await take(ben, 14, key), await take(ben, 14, key)];
  assert.equal(again.body.id, once.body.id);
  tell('Ben withdraws', once);
  moves(ben, { balance: -14 });
  await bothSee('after Ben has withdrawn');
  assert.equal(tellRefused('Ada has earned nothing', await take(ada, 1)).code, 'NOT_EARNED');
  assert.equal(tellRefused('Ben has no more', await take(ben, 1)).code, 'INSUFFICIENT_CREDITS');
}
