import type { Static } from 'typebox';
import type { MatchExplanation } from '../../../api/matches.ts';
import { isNear, THRESHOLD, UNRATED, WEIGHTS } from '../../../kit/matching/score.ts';
import { sharedMinutes, weeklyMinutes } from '../../../kit/matching/weekly-overlap.ts';
import type { Found } from './provider-index.ts';
import type { WantingSeeker } from './store.ts';

type Reason = Static<typeof MatchExplanation>['reasons'][number];
type Part = keyof typeof WEIGHTS;

/** What a score is made of, part by part, and why each part is what it is; in English. */
export function reasonsOf(seeker: WantingSeeker, { provider, score, shared }: Found): Reason[] {
  const texts: Record<Part, string> = {
    skills: skillsText(seeker, shared),
    rating:
      provider.rating === null
        ? `Nobody has rated them yet, which counts as ${UNRATED} of 5 stars.`
        : `They have ${provider.rating} of 5 stars.`,
    availability: availabilityText(seeker, provider),
    price: priceText(seeker.budget, provider.hourlyRate),
  };
  return (Object.keys(WEIGHTS) as Part[]).map((part) => ({
    part,
    value: score[part],
    weight: WEIGHTS[part],
    points: Math.round(score[part] * WEIGHTS[part] * 10_000) / 10_000,
    text: texts[part],
  }));
}

/** Whether two are a match; they are asked about because somebody wonders why they are not. */
export function isMatch({ score, distanceKm }: Found, maxDistanceKm: number | undefined): boolean {
  return score.total > THRESHOLD && isNear(distanceKm, maxDistanceKm);
}

function skillsText({ wanted, names }: WantingSeeker, shared: readonly string[]): string {
  if (wanted.length === 0) return 'You have not said what you want to learn.';
  const named = shared.map((skill) => names.get(skill)).join(', ');
  return `They teach ${shared.length} of the ${wanted.length} skills that you want to learn${named && `: ${named}`}.`;
}

function availabilityText({ week }: WantingSeeker, provider: Found['provider']): string {
  const minutes = weeklyMinutes(week);
  if (provider.week.length === 0) return 'They have not said when they have time.';
  if (minutes === 0) return 'You have not said when you have time, so any time of theirs counts.';
  return `They have time in ${sharedMinutes(week, provider.week)} of your ${minutes} minutes a week.`;
}

function priceText(budget: number | null, hourlyRate: number): string {
  const asked = `They ask ${hourlyRate} credits for an hour`;
  if (budget === null) return `${asked}, and you have stated no budget.`;
  return hourlyRate <= budget ? `${asked}, within your ${budget}.` : `${asked}, more than your ${budget}.`;
}
