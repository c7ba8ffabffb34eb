import { PARTS, type Weights } from './score.ts';

/** What somebody made of a match: how well each part fitted, in the order of `PARTS`, and what they did. */
export type Decision = {
  userId: number;
  values: readonly number[];
  outcome: 'accepted' | 'rejected' | 'ignored';
};

type Quality = { fixed: number; learned: number };
type Interval = [low: number, high: number];

/** How well weights put what people accepted before the rest, and the gain of the learned ones with its 95 % interval. */
export type Measured = {
  people: number;
  decisions: number;
  /** The chance that of two of somebody's matches the accepted one comes before the other. */
  auc: Quality;
  /** Mean average precision: how far up the accepted ones are. */
  map: Quality;
  gain: { auc: Interval; map: Interval };
};

type OfPerson = { auc: Quality; map: Quality };

const RESAMPLES = 400;
const INTERVAL = [0.025, 0.975] as const;

/** Of people with both kinds of outcomes; undefined if there is none. Each person counts the same. */
export function measure(
  decisions: readonly Decision[],
  weights: { fixed: Weights; learned: Weights },
  random: () => number,
): Measured | undefined {
  const people = [...Map.groupBy(decisions, ({ userId }) => userId).values()]
    .filter((own) => new Set(own.map(({ outcome }) => outcome === 'accepted')).size === 2)
    .map((own): OfPerson => {
      const [fixed, learned] = [ranked(own, weights.fixed), ranked(own, weights.learned)];
      return {
        auc: { fixed: aucOf(fixed), learned: aucOf(learned) },
        map: { fixed: precisionOf(fixed), learned: precisionOf(learned) },
      };
    });
  if (people.length === 0) return;
  const mean = (of: (person: OfPerson) => number, some = people) =>
    some.reduce((sum, person) => sum + of(person), 0) / some.length;
  const gains = Array.from({ length: RESAMPLES }, () => {
    const some = people.map(() => people[Math.floor(random() * people.length)]!);
    return {
      auc: mean(({ auc }) => auc.learned - auc.fixed, some),
      map: mean(({ map }) => map.learned - map.fixed, some),
    };
  });
  const both = (measure: 'auc' | 'map'): Quality => ({
    fixed: mean((person) => person[measure].fixed),
    learned: mean((person) => person[measure].learned),
  });
  return {
    people: people.length,
    decisions: decisions.length,
    auc: both('auc'),
    map: both('map'),
    gain: { auc: intervalOf(gains.map(({ auc }) => auc)), map: intervalOf(gains.map(({ map }) => map)) },
  };
}

type Ranked = { score: number; accepted: boolean };

/** The best first. Of those that score alike the accepted ones come last, so that a score that tells nothing gains nothing. */
function ranked(own: readonly Decision[], weights: Weights): Ranked[] {
  return own
    .map(({ values, outcome }) => ({
      score: PARTS.reduce((sum, part, index) => sum + weights[part] * values[index]!, 0),
      accepted: outcome === 'accepted',
    }))
    .sort((a, b) => b.score - a.score || Number(a.accepted) - Number(b.accepted));
}

function aucOf(own: readonly Ranked[]): number {
  let [pairs, right] = [0, 0];
  for (const one of own.filter(({ accepted }) => accepted))
    for (const other of own.filter(({ accepted }) => !accepted)) {
      pairs++;
      right += one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0;
    }
  return right / pairs;
}

function precisionOf(own: readonly Ranked[]): number {
  let [seen, sum] = [0, 0];
  for (const [place, { accepted }] of own.entries()) if (accepted) sum += ++seen / (place + 1);
  return sum / seen;
}

function intervalOf(values: number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = INTERVAL.map((share) => sorted[Math.floor(share * (sorted.length - 1))]!);
  return [low!, high!];
}
