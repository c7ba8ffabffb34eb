/** A part of a match: its points, of how many, and why in English. */
export type MatchPoint = { part: string; points: number; of: number; because: string };

/** In words how well a part fits: `full` all of it, `half` what counts half, as where nobody has said. */
export type Fit = 'full' | 'most' | 'half' | 'little' | 'none';

export function fitOf({ points, of }: Pick<MatchPoint, 'points' | 'of'>): Fit {
  const share = of <= 0 ? 0 : points / of;
  if (share >= 0.95) return 'full';
  if (share > 0.55) return 'most';
  if (share >= 0.45) return 'half';
  return share > 0.05 ? 'little' : 'none';
}

/** How a score looks: as good, as something, as little. */
export function toneOf(score: number): 'good' | 'accent' | 'warning' {
  if (score >= 70) return 'good';
  return score >= 40 ? 'accent' : 'warning';
}
