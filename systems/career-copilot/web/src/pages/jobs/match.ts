import type { Answer } from '../../api/index.ts';

/** A part of a match: its points, of how many, and why. */
export type MatchPoint = Answer<'GET /api/v1/jobs/matches/{id}'>['points'][number];

/** How a score looks: as good, as something, as little. */
export function toneOf(score: number): 'good' | 'accent' | 'warning' {
  if (score >= 70) return 'good';
  return score >= 40 ? 'accent' : 'warning';
}
