/** What people do next with a session in a load, and what must come of it: pure, and by the rules that both sides go by. */
import type { DisputeOutcome } from '../../api/sessions.ts';
import { settlementOf } from '../../kit/sessions/settlement.ts';
import { moved, type SessionAction, type SessionState } from '../../kit/sessions/transitions.ts';

/** What is left to chance. */
export type Chance = { chance(probability: number): boolean; pick<T>(from: readonly T[]): T };

export type Party = 'seeker' | 'provider';

/** How far a session is, as a load knows it. Times in ms since 1970. */
export type Progress = {
  state: SessionState;
  startsAt: number;
  endsAt: number;
  credits: number;
  /** Who has said something in their own favour, that the other one may contest; null: nobody, or it was. */
  contestableBy: Party | null;
  /** Contested, and nobody has decided it. */
  disputed: boolean;
  /** Who has rated the other one. */
  rated: readonly Party[];
  /** Who has been in its room. */
  entered: readonly Party[];
};

export type Step =
  | { do: 'move'; action: SessionAction; by: Party; to: SessionState }
  | { do: 'enter' | 'rate' | 'contest'; by: Party }
  | { do: 'decide'; outcome: DisputeOutcome };

/** What a step does to the session: how it is then, and what of its credits the provider has at once, before the fee. */
export type Outcome = { after: Progress; paid: number };

const PARTIES: readonly Party[] = ['seeker', 'provider'];
const OUTCOMES: readonly DisputeOutcome[] = ['SEEKER', 'PROVIDER', 'SPLIT'];

const HOUR = 3_600_000;
/** So near to a limit nobody does anything: on which side of it the answer falls nobody could say before. */
const NEAR_MS = 30_000;
/** Of what is over by the word of one, contested. */
const CONTESTED = 0.5;

/** How somebody goes on with it now; undefined: nobody does. */
export function nextStep(random: Chance, session: Progress, now: number): Step | undefined {
  if (session.disputed) return { do: 'decide', outcome: random.pick(OUTCOMES) };
  const other = session.contestableBy;
  if (other !== null && random.chance(CONTESTED)) return { do: 'contest', by: other };
  if (session.state === 'COMPLETED') return ratingOf(session);
  const wish = wishes(random, session, now).find(({ action, by }) => isTime(session, action, by, now));
  if (!wish) return undefined;
  const enters = PARTIES.find((one) => !session.entered.includes(one));
  // They have met before they say that it is over.
  if (wish.action === 'complete' && enters !== undefined) return { do: 'enter', by: enters };
  const result = moved(session, wish.action, wish.by, now);
  return 'refused' in result ? undefined : { do: 'move', ...wish, to: result.to };
}

/** Whether anything can still come of it. */
export function isOver({ state, disputed, contestableBy, rated }: Progress): boolean {
  if (disputed || contestableBy !== null) return false;
  return state === 'COMPLETED' ? rated.length === PARTIES.length : ENDED.includes(state);
}

export function outcomeOf(session: Progress, step: Step, now: number): Outcome {
  switch (step.do) {
    case 'enter':
      return { after: { ...session, entered: [...session.entered, step.by] }, paid: 0 };
    case 'rate':
      // Whoever has said how it was does not contest it any more.
      return { after: { ...session, rated: [...session.rated, step.by], contestableBy: null }, paid: 0 };
    case 'contest':
      return { after: { ...session, contestableBy: null, disputed: true }, paid: 0 };
    case 'decide':
      return { after: { ...session, disputed: false }, paid: decidedFor(session.credits, step.outcome) };
    case 'move': {
      const { action, by, to } = step;
      const settlement = settlementOf({ action, actor: by, session, now });
      const isLater = settlement !== null && settlement.at > now;
      const after: Progress = {
        ...session,
        state: to,
        contestableBy: isLater && session.credits > 0 ? otherOf(by) : null,
      };
      return { after, paid: isLater ? 0 : (settlement?.captured ?? 0) };
    }
  }
}

export function otherOf(party: Party): Party {
  return party === 'seeker' ? 'provider' : 'seeker';
}

const ENDED: readonly SessionState[] = ['COMPLETED', 'DECLINED', 'CANCELLED'];

function decidedFor(credits: number, outcome: DisputeOutcome): number {
  if (outcome === 'SEEKER') return 0;
  return outcome === 'PROVIDER' ? credits : Math.floor(credits / 2);
}

function ratingOf({ rated }: Progress): Step | undefined {
  const by = PARTIES.find((one) => !rated.includes(one));
  return by && { do: 'rate', by };
}

type Wish = { action: SessionAction; by: Party };

/** What they would like to do with it, the dearest wish first. */
function wishes(random: Chance, { state, startsAt }: Progress, now: number): Wish[] {
  const either = random.pick(PARTIES);
  switch (state) {
    case 'REQUESTED':
      if (random.chance(0.2)) return [{ action: 'cancel', by: either }];
      return [{ action: random.chance(0.2) ? 'decline' : 'accept', by: 'provider' }];
    case 'ACCEPTED':
      if (random.chance(0.2)) return [{ action: 'cancel', by: either }];
      return [{ action: 'schedule', by: 'provider' }];
    case 'SCHEDULED':
      // Of those that are hours away nobody sees the beginning here.
      if (random.chance(startsAt - now > HOUR ? 0.5 : 0.1)) return [{ action: 'cancel', by: either }];
      return [{ action: random.chance(0.3) ? 'noShow' : 'start', by: either }];
    case 'IN_PROGRESS':
      return [
        // Who is paid for it cannot end it before its time.
        { action: 'complete', by: random.chance(0.5) ? 'provider' : 'seeker' },
        { action: 'complete', by: 'seeker' },
      ];
    default:
      return [];
  }
}

/** Not while what would come of it is about to change. */
function isTime(session: Progress, action: SessionAction, by: Party, now: number): boolean {
  const [before, after] = [now - NEAR_MS, now + NEAR_MS].map((at) => {
    const result = moved(session, action, by, at);
    const settlement = settlementOf({ action, actor: by, session, now: at });
    return 'refused' in result ? null : `${result.to} ${settlement?.captured}`;
  });
  return before !== null && before === after;
}
