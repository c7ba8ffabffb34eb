import { type Arrival, exclusively, type Load, latest, once, rowsBy, type User } from '@banyan/harness';
import type pg from 'pg';
import type { Static } from 'typebox';
import { API } from '../../api/common.ts';
import type * as api from '../../api/sessions.ts';
import type { SkillProfileChanges } from '../../api/skills.ts';
import type { SessionState } from '../../kit/sessions/transitions.ts';
import { AS_OF, adminIds } from '../../monolith/generate.ts';
import { isOver, nextStep, otherOf, outcomeOf, type Progress, type Step } from './load-steps.ts';

type Person = User<string>;
type Session = Static<typeof api.Session>;
/** A session that people go on with here, as far as it is known. */
type Known = { id: string; seeker: Person; provider: Person; progress: Progress; busy: boolean };

/** `isLate`: the other one may see it later, and not be told so. */
type Done = { isDone: boolean; isLate?: boolean };

const OVER = 5;
/** How far a session is; each step goes on to a higher one. */
const FAR: Partial<Record<SessionState, number>> = {
  REQUESTED: 1,
  ACCEPTED: 2,
  SCHEDULED: 3,
  IN_PROGRESS: 4,
  COMPLETED: OVER,
  DECLINED: OVER,
  CANCELLED: OVER,
};

const HOUR = 3_600_000;
/** How far ahead people book. Some of them, when they have cancelled, get nothing back: that is so for who cancels on the same day. */
const AHEAD = { from: 2 * HOUR, to: 14 * 24 * HOUR };
/** Of all that are open: people come back to the newest ones. */
const MOST_OPEN = 500;
/** They turn to what begins so soon, or has begun so short a time ago. */
const TODAY = { before: HOUR / 4, after: 12 * HOUR };
/** That somebody else has taken the time, or that one has not enough credits, is no failure. */
const MAY_REFUSE = [409];
/** There are rooms where the service makes the sessions, before there are addresses only; and a room closes a while after the end. */
const NO_ROOM = [404, 409];

/**
 * People book each other with what they have; who is asked answers, and either of them may cancel. What begins today they begin, meet for, end, rate, miss and contest,
 * and administrators decide. Both see at once how far it is; whoever is paid for it, and who is to hear that it is over, is so once.
 */
export default {
  promises: {
    booking: once(rowsBy('sessions', 'message')),
    progress: latest(async (db, sent) => {
      const { rows } = await db.query<{ id: string; state: SessionState }>(
        'SELECT id, state FROM sessions WHERE id = ANY ($1)',
        [[...sent.keys()]],
      );
      return new Map(rows.map(({ id, state }) => [id, FAR[state] ?? 0]));
    }),
    cancellation: once(rowsBy('session_history', 'note')),
    rating: once(rowsBy('ratings', 'comment')),
    dispute: once(disputesBy('reason')),
    decision: once(disputesBy('note')),
  },
  facts: {
    // What the monolith does others hear by its rows.
    SessionCompleted: {
      promise: 'completion',
      key: ({ sessionId }) => sessionId,
      or: { SessionKnown: ({ sessionId, completedAt }) => ofThisRun(completedAt, sessionId) },
    },
    SessionRated: {
      promise: 'rated',
      key: ({ sessionId, raterId }) => `${sessionId} ${raterId}`,
      or: {
        RatingKnown: ({ sessionId, raterId, ratedAt }) => ofThisRun(ratedAt, `${sessionId} ${raterId}`),
      },
    },
  },
  start(run) {
    const { random, users, name } = run;
    /** Booked here, days ahead; and of today, from before. */
    const [booked, today]: [Known[], Known[]] = [[], []];
    const found = new Set<string>();
    const timesTold = new Map<string, number>();
    const admin = users.find(adminIds()[0]!);
    let count = 0;
    const unique = () => `${name} ${++count}`;
    const get = (path: string, as: Person, kind = path) =>
      ({
        kind: `GET ${kind}`,
        method: 'GET',
        path: API + path,
        token: users.token(as),
        expect: 200,
      }) as const;
    const post = (id: string, path: string, as: Person, body?: object) =>
      ({
        kind: `POST /sessions/:id/${path}`,
        method: 'POST',
        path: `${API}/sessions/${id}/${path}`,
        token: users.token(as),
        body,
      }) as const;

    const book = async (arrival: Arrival) => {
      const seeker = users.writer();
      if (!seeker) return;
      await exclusively(seeker, async () => {
        const provider = users.any();
        if (provider.id === seeker.id) return;
        const wanted = await slotOf(provider, seeker, arrival);
        if (!wanted) return;
        const message = unique();
        const outcome = await arrival.write(
          { name: 'booking', key: message, value: (body) => (body as Session).id },
          {
            ...{ kind: 'POST /bookings', method: 'POST', path: `${API}/bookings` },
            ...{ token: users.token(seeker), body: { ...wanted, message }, expect: 201 },
            mayRefuse: MAY_REFUSE,
          },
          seeker,
        );
        if (outcome.is !== 'ok') return;
        booked.push(knownOf(outcome.body as Session, seeker, provider));
        if (booked.length > MOST_OPEN) booked.shift();
        users.wrote(seeker);
      });
    };
    /** A time that somebody offers, and something that they teach. */
    const slotOf = async (provider: Person, as: Person, { send }: Arrival) => {
      const profile = await send(get(`/skills/profiles/${provider.id}`, as, '/skills/profiles/:userId'));
      const { offered = [] } = profile.is === 'ok' ? (profile.body as SkillProfileChanges) : {};
      if (offered.length === 0) return undefined;
      const minutes = random.pick([30, 60]);
      const from = Date.now() + AHEAD.from;
      const days = { from: new Date(from).toISOString(), to: new Date(from + AHEAD.to).toISOString() };
      const query = new URLSearchParams({ providerId: provider.id, ...days, minutes: String(minutes) });
      const slots = await send(get(`/bookings/slots?${query}`, as, '/bookings/slots'));
      const times = slots.is === 'ok' ? (slots.body as { startsAt: string }[]) : [];
      if (times.length === 0) return undefined;
      const { startsAt } = random.pick(times);
      return { providerId: provider.id, skillId: random.pick(offered).skillId, startsAt, minutes };
    };
    /** Somebody finds among theirs what begins soon, or has begun. */
    const findToday = async ({ send }: Arrival) => {
      const person = users.any();
      const state = random.pick(['SCHEDULED', 'SCHEDULED', 'SCHEDULED', 'IN_PROGRESS']);
      const theirs = await send(get(`/sessions?state=${state}&size=50`, person, '/sessions'));
      if (theirs.is !== 'ok' || theirs.stale) return;
      const { content } = theirs.body as { content: Session[] };
      for (const session of content) {
        const [seeker, provider] = [users.find(session.seekerId), users.find(session.providerId)];
        const ahead = Date.parse(session.startsAt as unknown as string) - Date.now();
        if (ahead > TODAY.before || -ahead > TODAY.after || found.has(session.id)) continue;
        if (!seeker || !provider) continue;
        found.add(session.id);
        today.push(knownOf(session, seeker, provider));
      }
    };
    const goOn = (sessions: Known[]) => async (arrival: Arrival) => {
      const session = sessions.length > 0 ? random.pick(sessions) : undefined;
      if (!session || session.busy) return;
      const now = Date.now();
      const step = nextStep(random, session.progress, now);
      if (!step) return;
      const { after, paid } = outcomeOf(session.progress, step, now);
      session.busy = true;
      const { isDone, isLate } = await carryOut(session, step, paid, arrival);
      session.busy = false;
      if (isDone) session.progress = after;
      // Of one without a clear answer nobody knows how far it is.
      if (!isDone || isOver(after)) remove(sessions, session);
      // The other one, who may be on another side, and is told where it has not come there yet.
      if (isDone && !isLate && step.do === 'move') await look(session, session[otherOf(step.by)], arrival);
    };
    const carryOut = async (known: Known, step: Step, paid: number, arrival: Arrival): Promise<Done> => {
      const { id } = known;
      const transfer = paid > 0 ? [{ name: 'payment.transfer', key: id }] : [];
      switch (step.do) {
        case 'move':
          return await move(known, step, transfer, arrival);
        case 'enter': {
          const call = { ...post(id, 'room', known[step.by]), expect: 200, mayRefuse: NO_ROOM };
          return { isDone: (await arrival.send(call)).is !== 'unknown' };
        }
        case 'rate':
          return await rate(id, known[step.by], arrival);
        case 'contest': {
          const reason = unique();
          const call = { ...post(id, 'dispute', known[step.by], { reason }), expect: 201 };
          return doneBy(await arrival.write({ name: 'dispute', key: reason }, call));
        }
        case 'decide': {
          if (!admin) return { isDone: false };
          const note = unique();
          const call = {
            ...post(id, 'dispute/decision', admin, { outcome: step.outcome, note }),
            expect: 200,
          };
          return doneBy(await arrival.write({ name: 'decision', key: note, brings: transfer }, call));
        }
      }
    };
    const move = async (
      known: Known,
      { action, by, to }: Step & { do: 'move' },
      transfer: { name: string; key: string }[],
      arrival: Arrival,
    ) => {
      const reason = action === 'cancel' ? unique() : undefined;
      const brings = [
        ...transfer,
        ...(reason === undefined ? [] : [{ name: 'cancellation', key: reason }]),
        ...(to === 'COMPLETED' ? [{ name: 'completion', key: known.id }, told(known[otherOf(by)])] : []),
      ];
      const path = action === 'noShow' ? 'no-show' : action;
      const body = reason === undefined ? undefined : { reason };
      return doneBy(
        await arrival.write(
          { name: 'progress', key: known.id, n: FAR[to]!, brings },
          { ...post(known.id, path, known[by], body), expect: 200 },
        ),
      );
    };
    /** Who has not ended it is told that it is over. */
    const told = ({ id }: Person) => {
      const n = (timesTold.get(id) ?? 0) + 1;
      timesTold.set(id, n);
      return { name: 'notification.told', key: id, n };
    };
    const look = async ({ id, progress }: Known, as: Person, { send }: Arrival) => {
      const least = FAR[progress.state]!;
      const call = get(`/sessions/${id}`, as, '/sessions/:id');
      const outcome = await send(call);
      if (outcome.is !== 'ok' || outcome.stale) return;
      const { state } = outcome.body as Session;
      if ((FAR[state as SessionState] ?? 0) < least)
        run.violate({ kind: call.kind, user: as.id, expected: progress.state, got: state });
    };
    const list = async ({ send }: Arrival) => void (await send(get('/sessions', users.reader())));
    /** What is over was so before: each of both rates it once. */
    const rateOld = async (arrival: Arrival) => {
      const rater = users.writer();
      if (!rater) return;
      await exclusively(rater, async () => {
        const over = await arrival.send(get('/sessions?state=COMPLETED&size=50', rater, '/sessions'));
        const { content } = over.is === 'ok' ? (over.body as { content: Session[] }) : { content: [] };
        if (content.length > 0) await rate(random.pick(content).id, rater, arrival);
      });
    };
    const rate = async (id: string, rater: Person, arrival: Arrival): Promise<Done> => {
      const comment = unique();
      // One that is refused, since they have done it before, is another.
      const brings = [{ name: 'rated', key: `${id} ${rater.id}`, n: count }];
      const call = post(id, 'ratings', rater, { stars: random.int(1, 5), comment });
      const { is } = await arrival.write(
        { name: 'rating', key: comment, brings },
        { ...call, expect: 201, mayRefuse: MAY_REFUSE },
        rater,
      );
      return { isDone: is !== 'unknown' };
    };
    return {
      operations: [
        { weight: 25, run: book },
        { weight: 30, run: goOn(booked) },
        { weight: 20, run: list },
        { weight: 10, run: findToday },
        { weight: 45, run: goOn(today) },
        { weight: 6, run: rateOld },
      ],
    };
  },
} satisfies Load<string>;

function doneBy(outcome: Awaited<ReturnType<Arrival['write']>>): Done {
  return outcome.is === 'ok' ? { isDone: true, isLate: outcome.stale } : { isDone: false };
}

function knownOf({ id, state, credits, ...times }: Session, seeker: Person, provider: Person): Known {
  const [startsAt, endsAt] = [times.startsAt, times.endsAt].map((at) => Date.parse(String(at)));
  const untouched = { contestableBy: null, disputed: false, rated: [], entered: [] };
  const progress = {
    state: state as SessionState,
    credits,
    startsAt: startsAt!,
    endsAt: endsAt!,
    ...untouched,
  };
  return { id, seeker, provider, progress, busy: false };
}

/** For `once`: contested sessions by a text of their own. */
function disputesBy(column: 'reason' | 'note') {
  const sql = `SELECT ${column} AS key, array_agg(session_id) AS ids FROM disputes WHERE ${column} = ANY ($1) GROUP BY 1`;
  return async (db: pg.Pool, keys: string[]): Promise<Map<string, string[]>> => {
    const { rows } = await db.query<{ key: string; ids: string[] }>(sql, [keys]);
    return new Map(rows.map(({ key, ids }) => [key, ids]));
  };
}

/** Of the first rows others hear too when they are copied. */
function ofThisRun(at: unknown, key: unknown): unknown {
  return Date.parse(String(at)) > AS_OF ? key : undefined;
}

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
}
