import { formatShare, parseTarget, type Target } from '@banyan/plan/stages';
import { apiError } from './problem.ts';

const SHARES = "give a share from 0.01% to 100%, in hundredths of a percent, e.g. '10%'";

/** Reads '10%' or a stage's name; 'canary' alone says too little. Throws ControlError bad_target. */
export function readTarget(text: string): Target {
  const target = parseTarget(text);
  if (!target && /%\s*$/.test(text)) {
    throw apiError('bad_target', `'${text}' is no share`, SHARES);
  }
  if (!target) throw apiError('bad_target', `'${text}' is neither a share nor a stage`);
  if (target.stage === 'canary' && target.share === 0) {
    throw apiError('bad_target', "'canary' does not say how many users", SHARES);
  }
  return target;
}

/** The text that readTarget reads back as this target. */
export function writeTarget(target: Target): string {
  return target.stage === 'canary' ? formatShare(target.share) : target.stage;
}
