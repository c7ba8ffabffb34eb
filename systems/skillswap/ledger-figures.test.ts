import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { ledger } from './services/payment/figures.ts';
import { type BookingWorld, startBookingWorld } from './testing/booking-world.ts';
import { ahead, sessionsIn } from './testing/people-of-sessions.ts';

let world: BookingWorld;

before(async () => {
  world = await startBookingWorld();
});

after(() => world?.stop());

const figures = async ({ session, payment } = world.databases()) =>
  await ledger.service(payment, (name) => (name === 'session' ? session : undefined));

const NONE = { entriesSum: 0, negativeWallets: 0, holdsWithoutSession: 0, walletsOff: 0 };

it('what is to be 0 is so at every moment, while people book, cancel and complete', async () => {
  const { step, booked, scheduled, letItBe } = sessionsIn(world);
  let isDone = false;
  const ends = async () => {
    for (let n = 0; n < 6; n++) {
      const { seeker, id } = await booked(ahead(3 + n));
      await step(seeker, id, 'cancel');
    }
    const at = ahead(2);
    const { seeker, provider, id } = await scheduled(at);
    letItBe(at);
    await step(provider, id, 'start');
    await step(seeker, id, 'complete');
    await world.settled(id);
    letItBe(Date.now());
  };
  const working = ends().finally(() => {
    isDone = true;
  });
  try {
    while (!isDone) assert.deepEqual(await figures(), NONE);
  } finally {
    await working;
  }
  assert.deepEqual(await figures(), NONE);
});

/** By the figure that has to notice it, and in whose database. */
const BREAKS: readonly [figure: keyof typeof NONE, of: 'session' | 'payment', ...statements: string[]][] = [
  [
    'entriesSum',
    'payment',
    'ALTER TABLE entries DISABLE TRIGGER balanced',
    `INSERT INTO entries SELECT account_id, version + 1, posting_id, 5, balance + 5 FROM entries ORDER BY version DESC LIMIT 1`,
  ],
  [
    'negativeWallets',
    'payment',
    'ALTER TABLE accounts DROP CONSTRAINT never_negative',
    'UPDATE wallets SET balance = -1',
  ],
  [
    'holdsWithoutSession',
    'session',
    `UPDATE session_credits SET state = 'SETTLED', captured = 0 WHERE state = 'HELD'`,
  ],
  // One of which session has never heard.
  [
    'holdsWithoutSession',
    'payment',
    `UPDATE holds SET reference = 'session:' || gen_random_uuid() WHERE state = 'ACTIVE'`,
  ],
  ['walletsOff', 'payment', 'UPDATE wallets SET held = held + 1 WHERE balance > held'],
  ['walletsOff', 'payment', 'UPDATE wallets SET posted = posted + 1'],
];

/** What is found while somebody has changed that in a database; nothing of it stays. */
async function figuresWith(of: 'session' | 'payment', statements: readonly string[]) {
  const databases = world.databases();
  const client = await databases[of].connect();
  try {
    await client.query('BEGIN');
    for (const sql of statements) await client.query(sql);
    return await figures({ ...databases, [of]: client as unknown as pg.Pool });
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

it('what is not right is noticed', async () => {
  await sessionsIn(world).booked(ahead(20), 40);
  for (const [figure, of, ...statements] of BREAKS)
    assert.notEqual((await figuresWith(of, statements))[figure], 0, `${figure}: ${statements}`);
  assert.deepEqual(await figures(), NONE);
});
