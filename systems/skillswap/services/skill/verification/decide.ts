import { SKILL_LEVELS, type SkillLevel } from '../../../api/skills.ts';

/** So many peers have to say that somebody can what they offer. */
export const PEERS_NEEDED = 3;

/** Who says that somebody can something has to know: they teach it themselves, at that level or above, or have learned it from them. */
export function isPeer(
  level: SkillLevel,
  endorser: { offers: SkillLevel | undefined; hasLearned: boolean },
): boolean {
  return endorser.hasLearned || (endorser.offers !== undefined && isAtLeast(endorser.offers, level));
}

export function isAtLeast(level: SkillLevel, least: SkillLevel): boolean {
  return SKILL_LEVELS.indexOf(level) >= SKILL_LEVELS.indexOf(least);
}
