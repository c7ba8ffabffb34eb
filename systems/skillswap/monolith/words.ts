import type { DisputeOutcome } from '../api/sessions.ts';
import type { SessionState } from '../kit/sessions/transitions.ts';

/** What people are told of: as the built-in templates of notification say it to who has chosen neither a language nor a time zone (`story.test.ts`). */
export type Words = { title: string; body: string };

/** To who is asked for a session, and what has become of one. */
export function ofSession(state: SessionState, startsAt: Date): Words {
  const { title, says = `${title}.` } = SESSIONS[state];
  return { title, body: `${says} ${MOMENT.format(startsAt)}.` };
}

export const ofDispute: Words = {
  title: 'How your session went is contested',
  body: 'How your session went is contested.',
};

export function ofDecision(outcome: DisputeOutcome): Words {
  return {
    title: 'It is decided who has the credits of your session',
    body: `The credits of your session: ${OUTCOMES[outcome]}.`,
  };
}

export function ofCredits(credits: number): Words {
  const told = `${credits.toLocaleString('en')} ${credits === 1 ? 'credit' : 'credits'}`;
  return { title: `${told} added`, body: `Your wallet has ${told} more.` };
}

const MOMENT = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });

const SESSIONS: Record<SessionState, { title: string; says?: string }> = {
  REQUESTED: { title: 'Somebody asks you for a session' },
  ACCEPTED: { title: 'Your session was accepted' },
  SCHEDULED: { title: 'Your session has a room' },
  IN_PROGRESS: { title: 'Your session begins' },
  COMPLETED: { title: 'Your session is over', says: 'Your session is over. Say how it was.' },
  DECLINED: {
    title: 'Your session was declined',
    says: 'Your session was declined. Your credits are available again.',
  },
  CANCELLED: { title: 'Your session was cancelled' },
};

const OUTCOMES: Record<DisputeOutcome, string> = {
  SEEKER: 'to who has asked for it',
  PROVIDER: 'to who has taught',
  SPLIT: 'half to each',
};
