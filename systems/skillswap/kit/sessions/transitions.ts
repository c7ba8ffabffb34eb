export const SESSION_STATES = [
  'REQUESTED',
  'ACCEPTED',
  'SCHEDULED',
  'IN_PROGRESS',
  'COMPLETED',
  'DECLINED',
  'CANCELLED',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** Who acts: the one who learns, the one who teaches, or the clock. */
export type Actor = 'seeker' | 'provider' | 'clock';

export type SessionAction =
  | 'accept'
  | 'decline'
  | 'schedule'
  | 'start'
  | 'complete'
  | 'cancel'
  /** To another time, for which it is asked again. */
  | 'reschedule'
  /** The other one did not come. */
  | 'noShow'
  /** Nobody answered before the session would have begun. */
  | 'expire'
  /** Accepted, but nobody began it. */
  | 'lapse'
  /** It was begun, and nobody said that it is over. */
  | 'finish';

/** Notice for all credits back, hours before the session begins. */
export const FULL_REFUND_HOURS = 24;

/** A session starts at most so long before its time, minutes. */
export const EARLY_START_MINUTES = 15;

/** So long somebody is waited for, minutes after the session should have begun. */
const NO_SHOW_MINUTES = 15;

/** After its end, a session that somebody forgot is closed, hours: so long its credits are held at most. */
export const CLOSED_AFTER_HOURS = 24;

type Times = { startsAt: number; endsAt: number; now: number };

type Transition = {
  from: readonly SessionState[];
  to: SessionState;
  by: readonly Actor[];
  /** Whether it is time for it; left out: at any time. */
  when?: (times: Times & { actor: Actor }) => boolean;
};

const untilStart = ({ startsAt, now }: Times): boolean => now < startsAt;

/** Where a session may go, from where, and who may move it. */
export const TRANSITIONS: Record<SessionAction, Transition> = {
  accept: { from: ['REQUESTED'], to: 'ACCEPTED', by: ['provider'], when: untilStart },
  decline: { from: ['REQUESTED'], to: 'DECLINED', by: ['provider'] },
  schedule: { from: ['ACCEPTED'], to: 'SCHEDULED', by: ['provider'] },
  start: {
    from: ['SCHEDULED'],
    to: 'IN_PROGRESS',
    by: ['seeker', 'provider'],
    when: ({ startsAt, endsAt, now }) => startsAt - EARLY_START_MINUTES * 60_000 <= now && now < endsAt,
  },
  complete: {
    from: ['IN_PROGRESS'],
    to: 'COMPLETED',
    by: ['seeker', 'provider'],
    // Who is paid for it cannot end it early; who pays can.
    when: ({ actor, endsAt, now }) => actor === 'seeker' || endsAt <= now,
  },
  cancel: { from: ['REQUESTED', 'ACCEPTED', 'SCHEDULED'], to: 'CANCELLED', by: ['seeker', 'provider'] },
  reschedule: {
    from: ['REQUESTED', 'ACCEPTED', 'SCHEDULED'],
    to: 'REQUESTED',
    by: ['seeker'],
    // As long as it could be cancelled for nothing.
    when: ({ startsAt, now }) => startsAt - now >= FULL_REFUND_HOURS * 3_600_000,
  },
  noShow: {
    // Whoever came may have begun it.
    from: ['SCHEDULED', 'IN_PROGRESS'],
    to: 'CANCELLED',
    by: ['seeker', 'provider'],
    when: (times) => times.startsAt + NO_SHOW_MINUTES * 60_000 <= times.now && !isForgotten(times),
  },
  expire: {
    from: ['REQUESTED'],
    to: 'CANCELLED',
    by: ['clock'],
    when: (times) => !untilStart(times),
  },
  lapse: { from: ['ACCEPTED', 'SCHEDULED'], to: 'CANCELLED', by: ['clock'], when: isForgotten },
  finish: { from: ['IN_PROGRESS'], to: 'COMPLETED', by: ['clock'], when: isForgotten },
};

function isForgotten({ endsAt, now }: Times): boolean {
  return now >= endsAt + CLOSED_AFTER_HOURS * 3_600_000;
}

/** What the clock does with a session that is overdue. */
export function closingAction(state: SessionState): SessionAction {
  if (state === 'REQUESTED') return 'expire';
  return state === 'IN_PROGRESS' ? 'finish' : 'lapse';
}

/** States in which the provider's time is taken. */
export const TAKING: readonly SessionState[] = ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS'];

export type Refusal = 'NOT_YOURS_TO_MOVE' | 'BAD_STATE' | 'NOT_THE_TIME';

/** The state after an action, or why it is refused. */
export function moved(
  session: { state: SessionState; startsAt: number; endsAt: number },
  action: SessionAction,
  actor: Actor,
  now: number,
): { to: SessionState } | { refused: Refusal } {
  const { from, to, by, when } = TRANSITIONS[action];
  if (!by.includes(actor)) return { refused: 'NOT_YOURS_TO_MOVE' };
  if (!from.includes(session.state)) return { refused: 'BAD_STATE' };
  if (when && !when({ ...session, actor, now })) return { refused: 'NOT_THE_TIME' };
  return { to };
}
