/** The stages of a service's extraction (docs/architecture.md) and what each means for routes and links. */

export type Stage = 'monolith' | 'copying' | 'shadowing' | 'canary' | 'migrated' | 'retired';

export const STAGES: readonly Stage[] = ['monolith', 'copying', 'shadowing', 'canary', 'migrated', 'retired'];

/** Basis points of keys on the service's side; 10000 = 100 %. */
export const FULL_SHARE = 10_000;

/** Where a service is asked to go. `share` matters for `canary` only. */
export type Target = { stage: Stage; share: number };

export type LinkDesire = { forward: boolean; reverse: boolean };

/**
 * Which links a stage needs. With the target: which to run now; the reverse link starts while still shadowing if the
 * service is on its way to a canary, for it must stream before the first key changes side. `keepsForward`: the service takes rows
 * or columns that stay the monolith's, and would not get them any more once it has retired.
 */
export function linksOf(stage: Stage, target?: Target, keepsForward = false): LinkDesire {
  switch (stage) {
    case 'monolith':
      return { forward: false, reverse: false };
    case 'retired':
      return { forward: keepsForward, reverse: false };
    case 'copying':
      return { forward: true, reverse: false };
    case 'shadowing':
      return { forward: true, reverse: target !== undefined && rank(target.stage) > rank('shadowing') };
    case 'canary':
    case 'migrated':
      return { forward: true, reverse: true };
  }
}

/** Position of a stage on the way from monolith to retired. */
export function rank(stage: Stage): number {
  return STAGES.indexOf(stage);
}

/** `canary 10 %` as people read and type it. */
export function describeStage(stage: Stage, share: number): string {
  return stage === 'canary' ? `canary ${formatShare(share)}` : stage;
}

export function formatShare(share: number): string {
  return `${share / 100}%`;
}

/** Reads '10%', '0.5%' or a stage's name. Returns null if it is neither. */
export function parseTarget(text: string): Target | null {
  const trimmed = text.trim().toLowerCase();
  const percent = /^(\d+(?:\.\d{1,2})?)\s*%$/.exec(trimmed);
  if (percent) {
    const share = Math.round(Number(percent[1]) * 100);
    return share >= 1 && share <= FULL_SHARE ? { stage: 'canary', share } : null;
  }
  const stage = STAGES.find((candidate) => candidate === trimmed);
  if (!stage) return null;
  return { stage, share: stage === 'migrated' || stage === 'retired' ? FULL_SHARE : 0 };
}
