import {
  type Arrival,
  exclusively,
  type Load,
  type LoadRun,
  latest,
  once,
  rowsBy,
  type User,
} from '@banyan/harness';
import type { Static } from 'typebox';
import { API } from '../../api/common.ts';
import type * as api from '../../api/sessions.ts';
import type { SkillProfileChanges } from '../../api/skills.ts';
import type { SessionState } from '../../kit/sessions/transitions.ts';

type Person = User<string>;
type Session = Static<typeof api.Session>;
/** A session that was booked here, with what is known of it. */
type Known = { id: string; seeker: Person; provider: Person; state: SessionState; busy: boolean };
type Step = {
  action: 'accept' | 'decline' | 'schedule' | 'cancel';
  to: SessionState;
  by: 'seeker' | 'provider';
};

const OVER = 4;
/** How far a session is; each step goes on to a higher one. Those that begin are hours away: nobody sees them end here. */
const PROGRESS: Partial<Record<SessionState, number>> = {
  REQUESTED: 1,
  ACCEPTED: 2,
  SCHEDULED: 3,
  DECLINED: OVER,
  CANCELLED: OVER,
};

const HOUR = 3_600_000;
/** How far ahead people book. Some of them, when they have cancelled, get nothing back: that is so for who cancels on the same day. */
const AHEAD = { from: 2 * HOUR, to: 14 * 24 * HOUR };
/** Of all that are open: people come back to the newest ones. */
const MOST_OPEN = 500;
/** That somebody else has taken the time, or that one has not enough credits, is no failure. */
const MAY_REFUSE = [409];

/** People book each other with what they have; who is asked answers, and either of them may cancel. Both see at once how far it is. */
export default {
  promises: {
    booking: once(rowsBy('sessions', 'message')),
    progress: latest(async (db, sent) => {
      const { rows } = await db.query<{ id: string; state: SessionState }>(
        'SELECT id, state FROM sessions WHERE id = ANY ($1)',
        [[...sent.keys()]],
      );
      return new Map(rows.map(({ id, state }) => [id, PROGRESS[state] ?? 0]));
    }),
    cancellation: once(rowsBy('session_history', 'note')),
    rating: once(rowsBy('ratings', 'comment')),
  },
  start(run) {
    const { random, users, name } = run;
    const open: Known[] = [];
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
            ...{
              kind: 'POST /bookings',
              method: 'POST',
              path: `${API}/bookings`,
              token: users.token(seeker),
            },
            ...{ body: { ...wanted, message }, expect: 201, mayRefuse: MAY_REFUSE },
          },
          seeker,
        );
        if (outcome.is !== 'ok') return;
        const { id } = outcome.body as Session;
        open.push({ id, seeker, provider, state: 'REQUESTED', busy: false });
        if (open.length > MOST_OPEN) open.shift();
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
    const moveOn = async (arrival: Arrival) => {
      const session = open.length > 0 ? random.pick(open) : undefined;
      if (!session || session.busy) return;
      session.busy = true;
      const step = nextStep(random, session.state);
      const actor = session[step.by];
      const reason = step.action === 'cancel' ? unique() : undefined;
      const outcome = await arrival.write(
        { name: 'progress', key: session.id, n: PROGRESS[step.to]! },
        {
          kind: `POST /sessions/:id/${step.action}`,
          ...{ method: 'POST', path: `${API}/sessions/${session.id}/${step.action}` },
          ...{ token: users.token(actor), body: reason === undefined ? undefined : { reason }, expect: 200 },
        },
      );
      if (outcome.is === 'ok') session.state = step.to;
      // Of one without a clear answer nobody knows how far it is.
      if (outcome.is !== 'ok' || PROGRESS[step.to] === OVER) remove(open, session);
      session.busy = false;
      if (outcome.is !== 'ok') return;
      if (reason !== undefined) arrival.acknowledge({ name: 'cancellation', key: reason });
      // The other one, who may be on another side; unless it was said that it may come later there.
      if (!outcome.stale)
        await look(session, step.by === 'seeker' ? session.provider : session.seeker, arrival);
    };
    const look = async (session: Known, as: Person, { send }: Arrival) => {
      const least = PROGRESS[session.state]!;
      const call = get(`/sessions/${session.id}`, as, '/sessions/:id');
      const outcome = await send(call);
      if (outcome.is !== 'ok' || outcome.stale) return;
      const { state } = outcome.body as Session;
      if ((PROGRESS[state as SessionState] ?? 0) < least)
        run.violate({ kind: call.kind, user: as.id, expected: session.state, got: state });
    };
    const list = async ({ send }: Arrival) => void (await send(get('/sessions', users.reader())));
    /** What is over was so before: each of both rates it once. */
    const rate = async (arrival: Arrival) => {
      const rater = users.writer();
      if (!rater) return;
      await exclusively(rater, async () => {
        const over = await arrival.send(get('/sessions?state=COMPLETED&size=50', rater, '/sessions'));
        const { content } = over.is === 'ok' ? (over.body as { content: Session[] }) : { content: [] };
        if (content.length === 0) return;
        const { id } = random.pick(content);
        const comment = unique();
        await arrival.write(
          { name: 'rating', key: comment },
          {
            ...{ kind: 'POST /sessions/:id/ratings', method: 'POST', path: `${API}/sessions/${id}/ratings` },
            ...{ token: users.token(rater), body: { stars: random.int(1, 5), comment } },
            ...{ expect: 201, mayRefuse: MAY_REFUSE },
          },
          rater,
        );
      });
    };
    return {
      operations: [
        { weight: 25, run: book },
        { weight: 35, run: moveOn },
        { weight: 20, run: list },
        { weight: 6, run: rate },
      ],
    };
  },
} satisfies Load<string>;

function nextStep(random: LoadRun['random'], state: SessionState): Step {
  if (random.chance(0.2))
    return { action: 'cancel', to: 'CANCELLED', by: random.pick(['seeker', 'provider']) };
  if (state === 'REQUESTED')
    return random.chance(0.2)
      ? { action: 'decline', to: 'DECLINED', by: 'provider' }
      : { action: 'accept', to: 'ACCEPTED', by: 'provider' };
  if (state === 'ACCEPTED') return { action: 'schedule', to: 'SCHEDULED', by: 'provider' };
  return { action: 'cancel', to: 'CANCELLED', by: 'seeker' };
}

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
}
