import type { ResolvedRollout } from '@banyan/plan';
import { FULL_SHARE, rank, type Stage, type Target } from '@banyan/plan/stages';
import { ControlError } from '../control/control.ts';
import { stopsBetween } from './decide.ts';
import type { ServiceState } from './state.ts';

/** Every stop between here and the target, in order. */
export function stopsTo(
  from: { stage: Stage; share: number },
  target: Target,
  policy: ResolvedRollout,
): Array<{ stage: Stage; share: number }> {
  const way: Array<{ stage: Stage; share: number }> = [];
  const goal = rank(target.stage);
  if (
    goal < rank(from.stage) ||
    (target.stage === 'canary' && from.stage === 'canary' && target.share < from.share)
  ) {
    if (from.share > (target.stage === 'canary' ? target.share : 0)) {
      way.push(
        target.stage === 'canary'
          ? { stage: 'canary', share: target.share }
          : { stage: 'shadowing', share: 0 },
      );
    }
    if (target.stage !== 'canary' && target.stage !== 'shadowing')
      way.push({ stage: target.stage, share: 0 });
    return way;
  }
  if (rank(from.stage) < rank('copying') && goal >= rank('copying')) way.push({ stage: 'copying', share: 0 });
  if (rank(from.stage) < rank('shadowing') && goal >= rank('shadowing'))
    way.push({ stage: 'shadowing', share: 0 });
  if (goal >= rank('canary') && rank(from.stage) <= rank('canary')) {
    const limit = target.stage === 'canary' ? target.share : FULL_SHARE;
    for (const share of stopsBetween(policy, from.share, limit)) way.push({ stage: 'canary', share });
  }
  if (goal >= rank('migrated') && rank(from.stage) < rank('migrated'))
    way.push({ stage: 'migrated', share: FULL_SHARE });
  if (goal >= rank('retired') && rank(from.stage) < rank('retired'))
    way.push({ stage: 'retired', share: FULL_SHARE });
  return way;
}

/** `banyan advance auth` without --to: one stop further. */
export function nextStop(state: ServiceState, steps: number[]): Target {
  switch (state.stage) {
    case 'monolith':
      return { stage: 'copying', share: 0 };
    case 'copying':
      return { stage: 'shadowing', share: 0 };
    case 'shadowing':
      return { stage: 'canary', share: steps[0] ?? FULL_SHARE };
    case 'canary': {
      const next = steps.find((share) => share > state.share);
      return next === undefined ? { stage: 'migrated', share: FULL_SHARE } : { stage: 'canary', share: next };
    }
    case 'migrated':
    case 'retired':
      return { stage: state.stage, share: FULL_SHARE };
  }
}

export function refuseIllegalMove(state: ServiceState, aim: Target): void {
  const { service } = state;
  if (state.stage === 'retired') {
    throw new ControlError(
      'retired',
      409,
      `'${service}' is retired`,
      'there is no further stage and no way back',
    );
  }
  if (aim.stage === 'retired') {
    throw new ControlError(
      'use_retire',
      409,
      'retired is the one stage with no way back',
      `banyan retire ${service}`,
    );
  }
  const down =
    rank(aim.stage) < rank(state.stage) ||
    (aim.stage === 'canary' && state.stage === 'canary' && aim.share < state.share);
  if (down && aim.stage === 'copying') {
    throw new ControlError(
      'no_such_move',
      409,
      `'${service}' cannot go back to copying`,
      `banyan rollback ${service}, or --to shadowing`,
    );
  }
}
