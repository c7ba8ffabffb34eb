import type { Reason } from '../../../api/matching.ts';
import {
  inEnglish,
  reasonOfPlace,
  reasonOfSalary,
  reasonOfSeniority,
  reasonOfSkills,
  reasonOfTitle,
} from './reasons.ts';
import { fitOf, PARTS, type Part, type Person, type Posting, UNKNOWN, type Weights } from './score.ts';

const DAY_MS = 86_400_000;

export type Point = { part: Part; points: number; of: number; because: string; reason: Reason };

/** Each part's points and where they come from, in the order of `PARTS`. */
export function explain(
  { person, posting, now }: { person: Person; posting: Posting; now: number },
  weights: Weights,
  label: (skill: string) => string,
): Point[] {
  const fit = fitOf(person, posting, now);
  const reasons: Record<Part, Reason> = {
    skills: reasonOfSkills(person, posting, label),
    title: reasonOfTitle(person, posting),
    seniority: reasonOfSeniority(person, posting),
    place: reasonOfPlace(person, posting),
    salary: reasonOfSalary(person, posting),
    freshness: { is: 'posted', days: Math.max(0, Math.floor((now - posting.postedAt) / DAY_MS)) },
  };
  return PARTS.map((part) => ({
    part,
    points: rounded(weights[part] * (fit[part] ?? UNKNOWN)),
    of: rounded(weights[part]),
    because: inEnglish(reasons[part]),
    reason: reasons[part],
  }));
}

/** Of points as they are shown, which add up to it. */
export function totalOf(points: readonly Point[]): number {
  return Math.round(rounded(points.reduce((sum, point) => sum + point.points, 0)));
}

function rounded(points: number): number {
  return Math.round(points * 10) / 10;
}
