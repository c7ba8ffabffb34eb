import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { applyOutboxSchema, createPublisher, Messages } from '@banyan/events/machinery';
import { applySchema, createPool, type Db } from '@banyan/postgres';
import { contracts } from '../../systems/skillswap/contracts/session.ts';
import { ApiError } from '../../systems/skillswap/kit/problems.ts';
import { toHold } from '../../systems/skillswap/services/payment/ledger/commands.ts';
import { inLedger, platformAccount, post } from '../../systems/skillswap/services/payment/ledger/ledger.ts';
import { together } from '../../systems/skillswap/services/payment/ledger/together.ts';
import { replaceHours } from '../../systems/skillswap/services/session/availability/store.ts';
import { type BookingHost, book } from '../../systems/skillswap/services/session/booking/book.ts';
import type { Credits } from '../../systems/skillswap/services/session/credits/payment.ts';
import { inTurns } from './in-turns.ts';
import type { Phase } from './phase.ts';

/** Of each of the two databases. */
const CONNECTIONS = 16;
const AT_ONCE = 32;
const SEEKERS = 1_000;
const HOUR = 3_600_000;
const MINUTES = 30;

/**
 * Bookings of one provider by many people, two of whom want each time: it is taken, the credits are held by the ledger in a database of its
 * own, the booking is confirmed and told. Without HTTP. Two figures: with the ledger, and with credits that are had for the asking.
 */
export const run: Phase = async ({ createDatabase, bookings }) => {
  const money = createPool(await createDatabase('credits'), { max: CONNECTIONS });
  const pool = createPool(await createDatabase('sessions'), { max: CONNECTIONS });
  try {
    const people = await prepare(pool, money);
    const contenders = [
      ['bookings of one provider, the ledger aside', noCredits],
      ['bookings/s', creditsOf(money)],
    ] as const;
    const results = [];
    let all = 0;
    for (const [name, credits] of contenders) {
      const host = { pool, credits, wake: () => {}, events: publisher };
      const warm = await bookAll(host, people, Math.ceil(bookings / 10));
      await pool.query('VACUUM ANALYZE');
      const { made, seconds } = await bookAll(host, people, bookings);
      all += warm.made + made;
      await assertSound(pool, all);
      results.push({ name, value: made / seconds, unit: '/s' });
    }
    return { results, ratios: {} };
  } finally {
    await pool.end();
    await money.end();
  }
};

const publisher = createPublisher<typeof contracts>(new Messages(contracts), 'session');

/** Each time is asked for twice, by different people, at about the same moment. */
async function bookAll(host: BookingHost, people: readonly string[], count: number) {
  const { provider, skill } = await teacher(host.pool);
  const now = Date.now();
  const first = Math.ceil(now / HOUR) * HOUR + 24 * HOUR;
  let made = 0;
  const seconds = await inTurns(2 * count, { atOnce: AT_ONCE }, async (turn) => {
    const startsAt = new Date(first + Math.floor(turn / 2) * MINUTES * 60_000).toISOString();
    const seeker = people[Math.floor(Math.random() * people.length)]!;
    const wanted = { providerId: provider, skillId: skill, startsAt, minutes: MINUTES };
    await book(host, seeker, wanted, now).then(
      () => made++,
      (error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'SLOT_TAKEN')) throw error;
      },
    );
  });
  return { made, seconds };
}

async function prepare(pool: Db, money: Db): Promise<string[]> {
  for (const [db, name] of [
    [pool, 'session'],
    [money, 'payment'],
  ] as const) {
    const schema = new URL(`../../systems/skillswap/services/${name}/schema.sql`, import.meta.url);
    await applySchema(db, { name, sql: await readFile(schema, 'utf8') });
  }
  await applyOutboxSchema(pool);
  const people = Array.from({ length: SEEKERS }, () => randomUUID());
  const lines = people.map((owner) => ({ kind: 'WALLET' as const, owner, amount: 1_000_000 }));
  const from = { kind: 'ISSUED' as const, owner: platformAccount(), amount: -1_000_000 * SEEKERS };
  await inLedger(money, (tx) => post(tx, { key: 'opening', kind: 'OPENING', lines: [from, ...lines] }));
  await money.query('VACUUM ANALYZE');
  return people;
}

/** Teaches around the clock. */
async function teacher(pool: Db): Promise<{ provider: string; skill: string }> {
  const [provider, skill] = [randomUUID(), randomUUID()];
  await pool.query('INSERT INTO people (id) VALUES ($1)', [provider]);
  await pool.query('INSERT INTO skill_profiles (user_id, hourly_rate) VALUES ($1, 10)', [provider]);
  await pool.query('INSERT INTO offered_skills (user_id, skill_id) VALUES ($1, $2)', [provider, skill]);
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await replaceHours(pool, provider, { zone: 'Europe/Berlin', hours });
  return { provider, skill };
}

const noCredits: Credits = {
  hold: async () => ({ is: 'held', holdId: randomUUID() }),
  capture: async () => true,
  release: async () => true,
};

function creditsOf(money: Db): Credits {
  const ledger = together(money);
  return {
    ...noCredits,
    hold: async ({ sessionId, userId: owner, credits: amount, expiresAt }) => {
      const key = `session:${sessionId}:hold`;
      const { hold } = await ledger(toHold({ key, owner, amount, expiresAt }));
      return { is: 'held', holdId: hold!.id };
    },
  };
}

/** A figure of bookings of which some are double, or lost, would be worth nothing. */
async function assertSound(pool: Db, made: number): Promise<void> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS booked,
       (SELECT count(*)::int FROM sessions a JOIN sessions b ON a.provider_id = b.provider_id AND a.id < b.id
          AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)) AS double
     FROM sessions WHERE booked AND id IN (SELECT session_id FROM session_credits WHERE state = 'HELD')`,
  );
  assert.equal(rows[0].double, 0);
  assert.equal(rows[0].booked, made);
}
