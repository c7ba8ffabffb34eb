import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { startGatewayDouble } from '../kit/testing/gateway.ts';
import { type Answer, request, variablesOf } from '../kit/testing/service.ts';
import { payment } from '../services/payment/main.ts';
import { grant } from '../services/payment/testing/books.ts';
import { Faults } from '../services/payment/testing/faults.ts';
import { sessionBy } from '../services/session/main.ts';
import { LiveKitDouble } from '../services/session/testing/livekit-double.ts';

const keys = (name: string) => serviceKeysOf(name, ['payment', 'session'], 'of this test');
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));

/** The services session and payment, with what may go wrong between them; `shift`: by so much the clock of sessions is ahead, ms. */
export async function startBookingWorld(env: Record<string, string> = {}) {
  const time = { shift: 0 };
  const faults = new Faults();
  const folder = await mkdtemp(join(tmpdir(), 'booking-world-'));
  const livekit = await new LiveKitDouble({ drop: folder }).listen();
  const gateway = await startGatewayDouble();
  const money = await payment.start(
    await variablesOf('payment', { API_URL: gateway.url, ...keys('payment'), LEDGER_CHECK_MS: '200' }),
  );
  const between = createServer(
    (asked, answer) => void faults.around(asked, answer, () => forward(money.url, asked)),
  );
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const variables = await variablesOf('session', {
    API_URL: gateway.url,
    PAYMENT_URL: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
    CREDITS_LOOK_MS: '20',
    CREDITS_AGAIN_MS: '10',
    REMINDERS_LOOK_MS: '20',
    TAKE_OVER_MS: '20',
    ROOMS_LOOK_MS: '20',
    RECORDINGS_LOOK_MS: '20',
    RECORDING_STORE: `file:${join(folder, 'archive')}`,
    ...livekit.env,
    ...keys('session'),
    ...env,
  });
  const start = () => sessionBy(() => Date.now() + time.shift).start(variables);
  let session = await start();

  /** `as` null: somebody who is not signed in. */
  const call = (
    as: string | null,
    method: string,
    path: string,
    body?: unknown,
    role?: string,
  ): Promise<Answer> =>
    request(session.url, method, path, { ...(as !== null && { token: gateway.token(as, role) }), body });
  const query = async (sql: string, values: unknown[] = []) => (await session.pool.query(sql, values)).rows;
  const skill = randomUUID();
  await query(`INSERT INTO skills VALUES ($1, 'Juggling')`, [skill]);

  const person = async () => {
    const id = randomUUID();
    await query('INSERT INTO people (id) VALUES ($1)', [id]);
    return id;
  };
  return {
    time,
    faults,
    livekit,
    /** Their databases. */
    databases: () => ({ session: session.pool, payment: money.pool }),
    /** Where the service is. */
    url: () => session.url,
    call,
    query,
    /** Has others wait for a session while it does something. */
    whileLocked: async (sessionId: string, run: () => Promise<void>): Promise<void> =>
      await withTransaction(session.pool, async (tx) => {
        await tx.query('SELECT FROM sessions WHERE id = $1 FOR NO KEY UPDATE', [sessionId]);
        await run();
      }),
    skill,
    person,
    /** Teaches each day around the clock. */
    provider: async (hourlyRate = 10) => {
      const id = await person();
      await query('INSERT INTO skill_profiles (user_id, hourly_rate) VALUES ($1, $2)', [id, hourlyRate]);
      await query('INSERT INTO offered_skills (user_id, skill_id) VALUES ($1, $2)', [id, skill]);
      const hours = { zone: 'Europe/Berlin', hours: EVERY_DAY };
      assert.equal((await call(id, 'PUT', `/bookings/availability/${id}`, hours)).status, 200);
      return id;
    },
    seeker: async (credits: number) => {
      const id = await person();
      if (credits > 0) await grant(money.pool, id, credits);
      return id;
    },
    book: (seeker: string, providerId: string, at: number, minutes = 60) =>
      call(seeker, 'POST', '/bookings', {
        ...{ providerId, skillId: skill, startsAt: new Date(at).toISOString(), minutes },
      }),
    /** What payment says of somebody: balance, held, available. */
    wallet: async (as: string): Promise<[number, number, number]> => {
      const { body } = await request(money.url, 'GET', '/credits', { token: gateway.token(as) });
      return [body.balance, body.held, body.available];
    },
    /** What payment has moved for a session, as kinds of postings. */
    moved: async (sessionId: string): Promise<string[]> => {
      const { rows } = await money.pool.query('SELECT kind FROM postings WHERE reference = $1', [
        `session:${sessionId}`,
      ]);
      return rows.map(({ kind }) => kind);
    },
    /** Holds of somebody that have not ended. */
    open: async (owner: string): Promise<number> => {
      const { rows } = await money.pool.query(
        `SELECT count(*)::int AS open FROM holds WHERE owner = $1 AND state = 'ACTIVE'`,
        [owner],
      );
      return rows[0].open;
    },
    /** The types of what it has told of a session, or of a person's hours, in order. */
    said: async (subject: string): Promise<string[]> => {
      const rows = await query(
        `SELECT message ->> 'type' AS type FROM banyan_events.outbox
         WHERE message ->> 'subject' = $1 ORDER BY seq`,
        [subject],
      );
      return rows.map(({ type }) => type);
    },
    settled: (sessionId: string, state = 'SETTLED') =>
      until(
        async () =>
          (
            await query('SELECT FROM session_credits WHERE session_id = $1 AND state = $2', [
              sessionId,
              state,
            ])
          ).length === 1,
      ),
    /** Ends the service and starts another process of it. */
    restart: async () => {
      await session.close();
      session = await start();
    },
    stop: async () => {
      await session.close();
      between.closeAllConnections();
      between.close();
      await money.close();
      livekit.close();
      gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}
export type BookingWorld = Awaited<ReturnType<typeof startBookingWorld>>;

async function forward(to: string, asked: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const { authorization = '', 'content-type': type } = asked.headers;
  const answer = await fetch(to + asked.url, {
    method: asked.method ?? 'GET',
    headers: { authorization, ...(type !== undefined && { 'content-type': type }) },
    body: await buffer(asked),
  });
  return { status: answer.status, body: await answer.json() };
}
