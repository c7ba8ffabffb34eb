import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Answer, Json } from '../kit/testing/service.ts';
import { stripePayers } from '../services/payment/testing/payers.ts';
import { type World as Service, startWorld as startService } from '../services/payment/testing/world.ts';
import { type Person, startWorld, type World } from './testing/world.ts';

/**
 * The same requests about credits and payments to the monolith and to the service, by somebody who has the same in both wallets: nobody can
 * tell who answers, but for ids and moments.
 */

let monolith: World;
let stripe: Awaited<ReturnType<typeof stripePayers>>;
let service: Service;

before(async () => {
  monolith = await startWorld({});
  stripe = await stripePayers();
  service = await startService(stripe.env);
});
after(async () => {
  await service?.stop();
  stripe?.close();
  await monolith?.stop();
});

type Asked = {
  body?: object;
  /** Where the two know methods of payment by other names. */
  ofService?: object;
  key?: string;
};
type Step = [method: 'GET' | 'POST', path: string, asked?: Asked];

/** Asks both for each, one after the other, and finds the answers the same. The answers. */
async function same(person: Person, steps: readonly Step[]): Promise<Json[]> {
  const answers: Json[] = [];
  for (const [method, path, { body, ofService = body, key } = {}] of steps) {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    const theirs = await person.call(method, path, body, headers);
    const ours = await service.call(person.id, method, path, ofService, key === undefined ? {} : { key });
    assert.deepEqual(comparable(ours), comparable(theirs), `${method} ${path} ${JSON.stringify(body)}`);
    answers.push(theirs);
  }
  return answers;
}

/** Made by each side for itself. */
const OF_ONE_SIDE = new Set(['id', 'transactionId', 'createdAt', 'expiresAt']);

function comparable({ status, body }: Pick<Answer, 'status' | 'body'>): Json {
  const text = JSON.stringify(body, (name, value) => (OF_ONE_SIDE.has(name) ? typeof value : value));
  return { status, body: JSON.parse(text) };
}

const GOOD = { paymentMethodId: 'pm_card_visa', amount: 10_000, currency: 'EUR' };
const buy = (key: string | undefined, body: object = GOOD, ofService?: object): Step => [
  'POST',
  '/payments/purchases',
  { body, ...(key === undefined ? {} : { key }), ...(ofService && { ofService }) },
];
const withdraw = (key: string | undefined, credits: number, currency = 'EUR'): Step => [
  'POST',
  '/payments/withdrawals',
  { body: { credits, currency }, ...(key === undefined ? {} : { key }) },
];

it('who has nothing is shown nothing', async () => {
  const answers = await same(await monolith.person(), [
    ['GET', '/credits'],
    ['GET', '/credits/holds'],
    ['GET', '/transactions'],
    ['GET', '/transactions?page=3'],
  ]);
  assert.ok(answers.every(({ status }) => status === 200));
});

it('a purchase is answered alike, however often it is asked for', async () => {
  const before = stripe.charged();
  const refused = [
    { ...GOOD, paymentMethodId: 'pm_card_declined' },
    { ...GOOD, paymentMethodId: 'pm_card_chargeDeclined' },
  ] as const;
  const answers = await same(await monolith.person(), [
    buy('one'),
    buy('one'),
    ['GET', '/credits'],
    buy('one', { ...GOOD, amount: 10_001 }),
    buy('one', { ...GOOD, currency: 'USD' }),
    buy('two', ...refused),
    buy('two', ...refused),
    ['GET', '/credits'],
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 200, 422, 422, 402, 402, 200],
  );
  assert.equal(stripe.charged() - before, GOOD.amount);
});

it('what may not be is refused in the same words', async () => {
  const answers = await same(await monolith.person(), [
    buy('one', { ...GOOD, amount: 1 }),
    buy('one', { ...GOOD, amount: 0 }),
    buy('one', { ...GOOD, currency: 'XXX' }),
    buy('one', {}),
    buy(undefined),
    buy(''),
    withdraw('two', 1),
    withdraw('two', 0),
    withdraw('two', 10, 'XXX'),
    withdraw(undefined, 10),
    ['GET', '/transactions?page=-1'],
    ['GET', '/credits/holds?size=0'],
    ['GET', `/transactions/${randomUUID()}`],
    ['GET', '/transactions/none'],
  ]);
  const statuses = answers.map(({ status }) => status);
  assert.ok(
    statuses.every((status) => status >= 400 && status < 500),
    String(statuses),
  );
});

it('a key by which nothing was withdrawn may be used for what is then good', async () => {
  const answers = await same(await monolith.person(), [
    withdraw('one', 500),
    buy('one'),
    ['GET', '/credits'],
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [409, 201, 200],
  );
});
