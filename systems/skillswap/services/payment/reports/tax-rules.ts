/** Whether a platform has to tell the tax office what somebody has earned: pure. A rule of a country is a line of this table. */

export type Earned = {
  sessions: number;
  /** Euros as credits: what one costs to buy. */
  credits: number;
};

type Rule = { name: string; isReportable(earned: Earned): boolean };

/** Services are reported from the first euro on; the threshold of 30 sales and 2,000 EUR is for goods (Directive (EU) 2021/514, Annex V, I.B.4). */
const DAC7: Rule = { name: 'DAC7', isReportable: ({ sessions }) => sessions > 0 };

/** The OECD's model rules, which the United Kingdom has taken over for 2024 and later. */
const GB: Rule = { name: 'GB_OECD', isReportable: ({ sessions }) => sessions > 0 };

/** More than 20,000 USD and more than 200 transactions (26 U.S.C. 6050W(e), as amended in 2025). */
const US: Rule = {
  name: '1099-K',
  isReportable: ({ sessions, credits }) => credits * USD_A_CREDIT > 20_000 && sessions > 200,
};
const USD_A_CREDIT = 1.1;

const NONE: Rule = { name: 'NONE', isReportable: () => false };

const EU = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');

const RULES = new Map<string, Rule>([
  ...EU.map((country) => [country, DAC7] as const),
  ['GB', GB],
  ['US', US],
]);

/** `country`: ISO 3166-1; null: not known. */
export function reportingOf(country: string | null, earned: Earned): { rule: string; reportable: boolean } {
  const { name, isReportable } = RULES.get(country ?? '') ?? NONE;
  return { rule: name, reportable: isReportable(earned) };
}
