/** How likely a purchase is fraud: pure. What is found is said, so that people can judge it. */

type RiskLevel = 'LOW' | 'MEDIUM' | 'HIGH';

export type Reason = { rule: string; detail: string };

export type Risk = { level: RiskLevel; score: number; reasons: Reason[] };

/** What is known of a purchase before anybody is asked for money. Credits are the measure: they cost the same in every currency. */
export type PurchaseFacts = {
  credits: number;
  /** How long this person has been known, ms. */
  knownForMs: number;
  /** As the edge says; null: it does not. */
  country: string | null;
  /** Of what this person has paid before. */
  paidFrom: readonly string[];
  /** The person's purchases before this one. */
  lastHour: { made: number; refused: number };
  lastDay: { made: number; credits: number };
};

const HOUR_MS = 3_600_000;
const HIGH = 70;
const MEDIUM = 40;

type Rule = {
  rule: string;
  points: number;
  /** What was found, or undefined. */
  finds(facts: PurchaseFacts, risky: ReadonlySet<string>): string | undefined;
};

const when = (isSo: boolean, detail: string) => (isSo ? detail : undefined);

const RULES: readonly Rule[] = [
  {
    ...{ rule: 'VELOCITY_HOUR', points: 40 },
    finds: ({ lastHour: { made } }) => when(made >= 5, `${made} purchases in the hour before`),
  },
  {
    ...{ rule: 'VELOCITY_DAY', points: 20 },
    finds: ({ lastDay: { made } }) => when(made >= 10, `${made} purchases in the day before`),
  },
  {
    // As whoever tries cards does.
    ...{ rule: 'REFUSED', points: 50 },
    finds: ({ lastHour: { refused } }) => when(refused >= 3, `${refused} refused in the hour before`),
  },
  {
    ...{ rule: 'AMOUNT', points: 20 },
    finds: ({ credits }) => when(credits >= 1_000, `${credits} credits at once`),
  },
  {
    ...{ rule: 'LARGE_AMOUNT', points: 30 },
    finds: ({ credits }) => when(credits >= 5_000, `${credits} credits at once`),
  },
  {
    ...{ rule: 'AMOUNT_DAY', points: 20 },
    finds: ({ credits, lastDay }) =>
      when(credits + lastDay.credits >= 3_000, `${credits + lastDay.credits} credits in a day`),
  },
  {
    ...{ rule: 'NEW_ACCOUNT', points: 20 },
    finds: ({ knownForMs }) => when(knownForMs < 24 * HOUR_MS, 'known for less than a day'),
  },
  {
    ...{ rule: 'COUNTRY', points: 50 },
    finds: ({ country }, risky) => when(country !== null && risky.has(country), `from ${country}`),
  },
  {
    ...{ rule: 'OTHER_COUNTRY', points: 20 },
    finds: ({ country, paidFrom }) =>
      when(
        country !== null && paidFrom.length > 0 && !paidFrom.includes(country),
        `from ${country}, before from ${paidFrom.join(', ')}`,
      ),
  },
];

/** `risky`: countries, ISO 3166-1. */
export function riskOf(facts: PurchaseFacts, risky: ReadonlySet<string> = new Set()): Risk {
  const found = RULES.flatMap(({ rule, points, finds }) => {
    const detail = finds(facts, risky);
    return detail === undefined ? [] : [{ rule, points, detail }];
  });
  const score = Math.min(
    100,
    found.reduce((sum, { points }) => sum + points, 0),
  );
  return {
    score,
    level: score >= HIGH ? 'HIGH' : score >= MEDIUM ? 'MEDIUM' : 'LOW',
    reasons: found.map(({ rule, detail }) => ({ rule, detail })),
  };
}
