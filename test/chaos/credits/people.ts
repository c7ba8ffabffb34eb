import { randomUUID } from 'node:crypto';
import { type Json, request } from '@banyan/harness/testing';
import {
  type SessionAction,
  TAKING,
  TRANSITIONS,
} from '../../../systems/skillswap/kit/sessions/transitions.ts';
import { pick } from '../../random.ts';
import type { World } from './world.ts';

export const HOUR = 3_600_000;
/** Sessions begin every four hours, so that the clock goes from one beginning to the next. */
export const SLOT_MS = 4 * HOUR;
const SLOTS_AHEAD = 9;
const SEEKERS = 40;
const PROVIDERS = 8;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
/** Longer than any answer of a service takes that has not been killed. */
const TIMEOUT_MS = 8_000;

/** How a write was answered: `done`, `refused` for good, or nobody knows. */
export type Outcome = 'done' | 'refused' | 'unknown';

/** What people were told of what they asked for. */
export type Records = {
  purchases: Array<{ userId: string; key: string; isPaid: boolean; outcome: Outcome }>;
  bookings: Array<{ message: string; id?: string; outcome: Outcome }>;
  moves: Array<{ sessionId: string; to: string; actorId: string }>;
  ratings: Array<{ sessionId: string; raterId: string }>;
  contests: string[];
  refunds: string[];
  withdrawals: Array<{ userId: string; key: string; outcome: Outcome }>;
};

type Said = { status: number; body: Json };

/** What each step of a session is followed by, with how often it is chosen, and who takes it. */
const NEXT: Record<
  string,
  ReadonlyArray<readonly [weight: number, action: string, by: 'seeker' | 'provider' | 'any']>
> = {
  REQUESTED: [
    [14, 'accept', 'provider'],
    [2, 'decline', 'provider'],
    [2, 'cancel', 'any'],
    [2, 'reschedule', 'seeker'],
  ],
  ACCEPTED: [
    [16, 'schedule', 'provider'],
    [3, 'cancel', 'any'],
    [1, 'reschedule', 'seeker'],
  ],
  SCHEDULED: [
    [14, 'start', 'any'],
    [3, 'cancel', 'any'],
    [2, 'no-show', 'any'],
    [1, 'reschedule', 'seeker'],
  ],
  IN_PROGRESS: [
    [8, 'complete', 'seeker'],
    [8, 'complete', 'provider'],
    [2, 'no-show', 'any'],
  ],
  COMPLETED: [
    [10, 'rate', 'any'],
    [4, 'dispute', 'any'],
  ],
  CANCELLED: [[1, 'dispute', 'any']],
};

/** People who teach one another, and pay for it, until they are told to stop. */
export async function startPeople(world: World, random: () => number) {
  const records: Records = {
    ...{ purchases: [], bookings: [], moves: [], ratings: [], contests: [], refunds: [], withdrawals: [] },
  };
  const figures = { requests: 0, failures: 0 };
  const answered = () => figures.requests - figures.failures;
  const skill = randomUUID();
  const [seekers, providers] = [ids(SEEKERS), ids(PROVIDERS)];
  const admin = randomUUID();
  let stopped = false;
  await arrive();

  const workers: Promise<void>[] = [];
  return {
    records,
    figures,
    /** Resolves when so many requests more were answered, or it has taken too long, ms. */
    async afterAnswers(many: number, limitMs: number): Promise<void> {
      const [enough, limit] = [answered() + many, performance.now() + limitMs];
      while (answered() < enough && performance.now() < limit && !stopped) await pauseFor(10);
    },
    /** From now on so many at once ask for something. */
    begin(many: number): void {
      for (let n = 0; n < many; n++) workers.push(work());
    },
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all(workers);
    },
    /** Somebody decides what is contested; what nobody decides the clock does. */
    decideSome,
  };

  async function work(): Promise<void> {
    while (!stopped) await draw()();
  }

  function draw(): () => Promise<void> {
    const chance = random();
    if (chance < 0.1) return () => buy(pick(random, seekers));
    if (chance < 0.35) return book;
    if (chance < 0.92) return goOn;
    if (chance < 0.95) return refund;
    if (chance < 0.98) return withdraw;
    return decideSome;
  }

  /** Before anything is killed: everybody is known, the ones have hours and the others have credits. */
  async function arrive(): Promise<void> {
    await world.query('session', `INSERT INTO skills VALUES ($1, 'Juggling')`, [skill]);
    await world.query('session', 'INSERT INTO people (id) SELECT unnest($1::uuid[])', [
      [...seekers, ...providers, admin],
    ]);
    await world.query(
      'notification',
      `INSERT INTO users SELECT id, id || '@people.example', 'ACTIVE' FROM unnest($1::uuid[]) AS id`,
      [[...seekers, ...providers, admin]],
    );
    for (const id of providers) {
      await world.query('session', 'INSERT INTO skill_profiles (user_id, hourly_rate) VALUES ($1, $2)', [
        id,
        5 + Math.floor(random() * 30),
      ]);
      await world.query('session', 'INSERT INTO offered_skills (user_id, skill_id) VALUES ($1, $2)', [
        id,
        skill,
      ]);
      await call('session', id, 'PUT', `/bookings/availability/${id}`, { zone: 'UTC', hours: EVERY_DAY });
      const payee =
        random() < 0.5
          ? { method: 'bank', name: 'Ada', iban: 'DE89370400440532013000', country: 'DE' }
          : { method: 'stripe', name: 'Ada', accountId: `acct_${id.slice(0, 8)}`, country: 'DE' };
      await call('payment', id, 'PUT', '/payments/payee', payee);
    }
    await Promise.all(seekers.map((id) => buy(id, 15_000)));
  }

  async function buy(userId: string, amount = 1_000 + Math.floor(random() * 12_000)): Promise<void> {
    const key = randomUUID();
    const provider = random() < 0.5 ? 'stripe' : 'paypal';
    const { good, refused, asks } = world.payers[provider].methods;
    const chance = random();
    const method = chance < 0.7 ? good : chance < 0.8 ? refused : asks;
    const body = { paymentMethodId: method, amount, currency: 'EUR', provider };
    const ask = () => call('payment', userId, 'POST', '/payments/purchases', body, { key });
    // Some press the button twice, and some again when nothing comes.
    const said = await Promise.all(random() < 0.1 ? [ask(), ask()] : [ask()]);
    if (said.every((one) => one === null || one.status >= 500) && random() < 0.5) said.push(await ask());
    const outcome: Outcome = said.some((one) => one?.status === 201 || one?.status === 202)
      ? 'done'
      : 'unknown';
    const isPaid = said.some((one) => one?.status === 201);
    records.purchases.push({ userId, key, isPaid, outcome });
  }

  async function book(): Promise<void> {
    const message = randomUUID();
    const startsAt = slotAfter(1 + Math.floor(random() * SLOTS_AHEAD));
    const said = await call('session', pick(random, seekers), 'POST', '/bookings', {
      ...{ providerId: pick(random, providers), skillId: skill, startsAt, minutes: 60, message },
    });
    records.bookings.push({
      ...{ message, outcome: outcomeOf(said) },
      ...(said?.status === 201 && { id: said.body.id }),
    });
  }

  /** One of somebody's sessions goes on, as it may from where it is. */
  async function goOn(): Promise<void> {
    const who = pick(random, random() < 0.5 ? providers : seekers);
    const listed = await call('session', who, 'GET', '/sessions?size=100');
    if (listed?.status !== 200) return;
    const chosen = choose(listed.body.content);
    if (!chosen) return;
    const { id, state, seekerId, providerId, startsAt } = chosen;
    const [, action, by] = weighted(NEXT[state]!);
    const actorId = by === 'any' ? who : by === 'seeker' ? seekerId : providerId;
    // Nobody begins what is a long time off.
    const now = world.clock.now();
    if (['start', 'no-show'].includes(action) && Date.parse(startsAt) > now) return;
    await take(id, action, actorId);
  }

  /** The one that is next, mostly; or any, also of those that are over. */
  function choose(sessions: Json[]): Json | undefined {
    const going = sessions.filter(({ state }) => TAKING.includes(state));
    if (going.length > 0 && random() < 0.6)
      return going.reduce((first, one) => (one.startsAt < first.startsAt ? one : first));
    const any = sessions.filter(({ state }) => state in NEXT);
    return any.length > 0 ? pick<Json>(random, any) : undefined;
  }

  async function take(sessionId: string, action: string, actorId: string): Promise<void> {
    const post = (path: string, body?: unknown) =>
      call('session', actorId, 'POST', `/sessions/${sessionId}/${path}`, body);
    if (action === 'rate') {
      const said = await post('ratings', { stars: 1 + Math.floor(random() * 5) });
      if (said?.status === 201) records.ratings.push({ sessionId, raterId: actorId });
    } else if (action === 'dispute') {
      const said = await post('dispute', { reason: 'It was otherwise' });
      if (said?.status === 201) records.contests.push(sessionId);
    } else {
      const body =
        action === 'cancel'
          ? {}
          : action === 'reschedule'
            ? { startsAt: slotAfter(1 + Math.floor(random() * SLOTS_AHEAD)) }
            : undefined;
      const said = await post(action, body);
      // The answer says how the session is by then, which somebody else may have moved since.
      const { to } = TRANSITIONS[action === 'no-show' ? 'noShow' : (action as SessionAction)];
      if (said?.status === 200) records.moves.push({ sessionId, to, actorId });
    }
  }

  async function refund(): Promise<void> {
    const rows = await world.query(
      'payment',
      `SELECT id, user_id AS "userId" FROM purchases WHERE state = 'PAID' ORDER BY created_at DESC LIMIT 20`,
    );
    if (rows.length === 0) return;
    const { id, userId } = pick(random, rows);
    // Administrators give back what was spent, too.
    const asked =
      random() < 0.7
        ? call('payment', userId, 'POST', `/payments/purchases/${id}/refund`, { reason: 'Regret' })
        : call(
            ...([
              'payment',
              admin,
              'POST',
              `/admin/payments/purchases/${id}/refund`,
              { reason: 'Kindness' },
            ] as const),
            { role: 'ADMIN' },
          );
    if ((await asked)?.status === 202) records.refunds.push(id);
  }

  async function withdraw(): Promise<void> {
    const [userId, key] = [pick(random, providers), randomUUID()];
    const body = { credits: 1 + Math.floor(random() * 20), currency: 'EUR' };
    const ask = () => call('payment', userId, 'POST', '/payments/withdrawals', body, { key });
    let said = await ask();
    if (said === null || said.status >= 500) said = await ask();
    records.withdrawals.push({ userId, key, outcome: outcomeOf(said) });
  }

  async function decideSome(): Promise<void> {
    const rows = await world.query('session', `SELECT session_id AS id FROM disputes WHERE outcome IS NULL`);
    if (rows.length === 0) return;
    const body = { outcome: pick(random, ['SEEKER', 'PROVIDER', 'SPLIT']), note: 'Heard both' };
    const path = `/sessions/${pick(random, rows).id}/dispute/decision`;
    await call('session', admin, 'POST', path, body, { role: 'ADMIN' });
  }

  async function call(
    service: 'session' | 'payment',
    as: string,
    method: string,
    path: string,
    body?: unknown,
    { role, key }: { role?: string; key?: string } = {},
  ): Promise<Said | null> {
    figures.requests += 1;
    const asked = request(world.url(service), method, path, {
      token: world.token(as, role),
      ...(body !== undefined && { body }),
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
    const late = new Promise<null>((resolve) => setTimeout(resolve, TIMEOUT_MS, null).unref());
    const said = await Promise.race([asked, late]).catch(() => null);
    if (said === null || said.status >= 500) figures.failures += 1;
    // Nobody answers: whoever asks again at once is not answered either.
    if (said === null) await pauseFor(100);
    return said;
  }

  function slotAfter(slots: number): string {
    return new Date((Math.floor(world.clock.now() / SLOT_MS) + slots) * SLOT_MS).toISOString();
  }

  function weighted<T extends readonly [number, ...unknown[]]>(from: readonly T[]): T {
    let left = random() * from.reduce((sum, [weight]) => sum + weight, 0);
    return from.find(([weight]) => {
      left -= weight;
      return left < 0;
    })!;
  }
}

export type People = Awaited<ReturnType<typeof startPeople>>;

function outcomeOf(said: Said | null): Outcome {
  if (said === null || said.status >= 500) return 'unknown';
  return said.status < 300 ? 'done' : 'refused';
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function ids(many: number): string[] {
  return Array.from({ length: many }, () => randomUUID());
}
