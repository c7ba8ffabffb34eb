import { type ServiceStatus, type Stage, wentBack } from '@banyan/banyan/operate';

/** Where a service is to be. */
export type Goal = { service: string; stage: Stage; share?: number };

export type Move =
  /** Ask the control plane to bring it there. */
  { do: 'ask' } | { do: 'wait' } | { do: 'arrived' } | { do: 'giveUp'; why: string };

/** What has happened on the way to a goal so far. Times are whatever clock the caller has, ms. */
export type Progress = {
  begunAt: number;
  asked: boolean;
  setbacks: number;
  /** Until when it rests after a setback; null: it does not. */
  restsUntil: number | null;
  /** What the status said when something last moved, and when that was. */
  snapshot: string;
  movedAt: number;
};

export type Limits = {
  /** Nothing moves for so long: it is given up. */
  quietMs: number;
  /** However much moves. */
  longestMs: number;
  setbacks: number;
};

/** On a machine with nothing else to do; a slow one gets as many times as much as it is slower. */
const LIMITS: Limits = { quietMs: 90_000, longestMs: 300_000, setbacks: 4 };
/** After the first setback; twice as long after each further one. */
const FIRST_REST_MS = 4_000;

export function limitsFor(patience: number, longestMs = LIMITS.longestMs * patience): Limits {
  return { ...LIMITS, quietMs: LIMITS.quietMs * patience, longestMs };
}

export function begin(now: number): Progress {
  return { begunAt: now, asked: false, setbacks: 0, restsUntil: null, snapshot: '', movedAt: now };
}

/**
 * What to do next on the way to a goal. A service that went back by itself did what it promises: it is told, it rests, and
 * it is asked again. Only a service that does not move, or goes back again and again, is given up.
 */
export function nextMove(
  goal: Goal,
  status: ServiceStatus,
  before: Progress,
  now: number,
  limits: Limits,
): { move: Move; progress: Progress; say: string | null } {
  const snapshot = snapshotOf(status);
  const progress = snapshot === before.snapshot ? { ...before } : { ...before, snapshot, movedAt: now };
  const go = (move: Move, say: string | null = null) => ({ move, progress, say });

  if (status.stage === goal.stage && (goal.share === undefined || status.share === goal.share))
    return go({ do: 'arrived' });
  if (now - progress.begunAt > limits.longestMs)
    return go({ do: 'giveUp', why: stuckAt(status, now - progress.begunAt) });
  if (progress.restsUntil !== null) {
    if (now < progress.restsUntil || isGoingBack(status)) return go({ do: 'wait' });
    progress.restsUntil = null;
    progress.movedAt = now;
    return go({ do: 'ask' }, `${goal.service} tries again`);
  }
  if (!progress.asked) {
    if (isGoingBack(status)) return go({ do: 'wait' });
    progress.asked = true;
    return go({ do: 'ask' });
  }
  if (status.paused !== null) return setBack(goal, progress, reasonOf(status), now, limits);
  const quietMs = now - progress.movedAt;
  if (quietMs > limits.quietMs) return go({ do: 'giveUp', why: stuckAt(status, quietMs) });
  return go({ do: 'wait' });
}

/** Something went against the goal: it rests, longer each time, and is asked again; in the end it is given up. */
export function setBack(
  goal: Goal,
  before: Progress,
  why: string,
  now: number,
  limits: Limits,
): { move: Move; progress: Progress; say: string | null } {
  const setbacks = before.setbacks + 1;
  if (setbacks > limits.setbacks)
    return { move: { do: 'giveUp', why: `${setbacks} times: ${why}` }, progress: before, say: null };
  const restMs = FIRST_REST_MS * 2 ** (setbacks - 1);
  const progress = { ...before, asked: true, setbacks, restsUntil: now + restMs };
  return {
    move: { do: 'wait' },
    progress,
    say: `${goal.service} ${why}; it rests ${restMs / 1000} s and goes on`,
  };
}

/** What a paused service did, in words. */
export function reasonOf(status: ServiceStatus): string {
  const { paused } = status;
  return wentBack(status) ? `went back by itself, no write lost: ${paused}` : `waits: ${paused}`;
}

/** It is still on its way back: asked now, it would turn round in the middle. */
function isGoingBack({ stage, share, target, paused }: ServiceStatus): boolean {
  return paused !== null && (stage !== target.stage || share !== target.share);
}

function stuckAt({ stage, message }: ServiceStatus, ms: number): string {
  return `it is at ${stage} after ${Math.round(ms / 1000)} s${message === '' ? '' : `: ${message}`}`;
}

/** Changes whenever something moves. */
function snapshotOf({ stage, share, message, links, verification, evidence }: ServiceStatus): string {
  return JSON.stringify([
    stage,
    share,
    message,
    // What a link does beside copying is told by what it rests for.
    links.map(({ state, rowsCopied, resting }) => [state, rowsCopied, resting]),
    verification.map(({ verdict, verifiedAt }) => [verdict, verifiedAt]),
    [evidence.requests.service, evidence.compared],
  ]);
}
