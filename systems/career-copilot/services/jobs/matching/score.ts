import { type Seniority, weightOfWord } from './traits.ts';

/** What points are given for. */
export const PARTS = ['skills', 'title', 'seniority', 'place', 'salary', 'freshness'] as const;
export type Part = (typeof PARTS)[number];

/** Points of each part at most; 100 together. */
export type Weights = Readonly<Record<Part, number>>;
export const FIXED_WEIGHTS: Weights = {
  skills: 45,
  title: 20,
  seniority: 10,
  place: 10,
  salary: 5,
  freshness: 10,
};

/** How well each part fits, 0 to 1; null: nobody has said what it takes to know. */
export type Fit = Readonly<Record<Part, number | null>>;

/** Who looks for a job, as far as it is known. */
export type Person = {
  skills: ReadonlySet<string>;
  /** Words of each title that they have or want. */
  titles: readonly (readonly string[])[];
  seniority: Seniority | null;
  /** Names of places where they would work; none: not known. */
  places: readonly string[];
  remote: 'only' | 'welcome' | 'no' | null;
  /** In dollars a year, as the columns of pay are. */
  leastSalary: number | null;
};

/** A posting, as far as it counts. */
export type Posting = {
  id: number;
  skills: readonly string[];
  titleWords: readonly string[];
  seniority: Seniority | null;
  places: readonly string[];
  remote: boolean;
  salaryMin: number | null;
  salaryMax: number | null;
  postedAt: number;
};

/** What is not known counts half: nobody gains by saying nothing, and nobody loses all. */
export const UNKNOWN = 0.5;
/** A posting that names fewer skills says little of what it asks for. */
const FEW_SKILLS = 3;
/** After so many days a posting is half as fresh. */
const HALF_LIFE_DAYS = 14;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** How fresh a posting of so many whole hours can be, and how fresh one that is older: powers take long to reckon. */
const BY_HOUR = Float64Array.from({ length: 24 * 90 }, (_, hours) => freshAfter(hours * HOUR_MS));
const STALE = BY_HOUR.at(-1)!;
/** Sums in another order differ by less. */
const ROUNDING = 1e-9;

/** How well a posting fits a person. Pure. `mutual`: of its skills, how many they have, where the caller has counted them. */
export function fitOf(
  person: Person,
  posting: Posting,
  now: number,
  mutual = mutualSkills(person, posting).length,
): Fit {
  return {
    skills: skillsFit(person, posting, mutual),
    title: titleFit(person, posting),
    seniority:
      person.seniority === null || posting.seniority === null
        ? null
        : Math.max(0, 1 - Math.abs(person.seniority - posting.seniority) / 2),
    place: placeFit(person, posting),
    salary: salaryFit(person, posting),
    freshness: freshnessOf(posting, now),
  };
}

/** 0 to 100, not rounded. */
export function scoreOf(fit: Fit, weights: Weights): number {
  let score = 0;
  for (const part of PARTS) score += weights[part] * (fit[part] ?? UNKNOWN);
  return score;
}

/** What of a posting is known of without a look at it. */
export type Glimpse = {
  /** Of its skills, how many they have, and how many it names. */
  mutual: number;
  asked: number;
  /** Whether its title has words that name the work, and whether one of them is in a title of theirs. */
  hasTitle: boolean;
  sharesWord: boolean;
  postedAt: number;
};

/** What a posting's score for this person cannot be more than: all that is not looked at is taken for full. */
export function ceilingFor(person: Person, weights: Weights, now: number): (glimpse: Glimpse) => number {
  const { skills, title, seniority, place, salary, freshness } = weights;
  const knowsSkills = person.skills.size > 0;
  const knowsTitles = person.titles.length > 0;
  const rest = seniority + place + salary + ROUNDING;
  return ({ mutual, asked, hasTitle, sharesWord, postedAt }) =>
    skills * (knowsSkills && asked > 0 ? shareOfSkills(mutual, asked) : UNKNOWN) +
    (knowsTitles && hasTitle && !sharesWord ? 0 : title) +
    freshness * (BY_HOUR[Math.trunc((now - postedAt) / HOUR_MS)] ?? (postedAt > now ? 1 : STALE)) +
    rest;
}

function skillsFit(person: Person, posting: Posting, mutual: number): number | null {
  if (person.skills.size === 0 || posting.skills.length === 0) return null;
  return shareOfSkills(mutual, posting.skills.length);
}

function shareOfSkills(mutual: number, asked: number): number {
  return mutual / Math.max(asked, FEW_SKILLS);
}

function freshnessOf({ postedAt }: Posting, now: number): number {
  return freshAfter(Math.max(0, now - postedAt));
}

function freshAfter(ms: number): number {
  return 0.5 ** (ms / DAY_MS / HALF_LIFE_DAYS);
}

function mutualSkills({ skills }: Person, posting: Posting): string[] {
  return posting.skills.filter((skill) => skills.has(skill));
}

/** Of the title that fits best: what it shares with the posting's, of what both have. */
function titleFit({ titles }: Person, { titleWords }: Posting): number | null {
  if (titles.length === 0 || titleWords.length === 0) return null;
  const whole = weightOf(titleWords);
  return Math.max(
    ...titles.map(
      (title) =>
        (2 * weightOf(title.filter((word) => titleWords.includes(word)))) / (weightOf(title) + whole),
    ),
  );
}

function weightOf(words: readonly string[]): number {
  let weight = 0;
  for (const word of words) weight += weightOfWord(word);
  return weight;
}

function placeFit({ places, remote }: Person, posting: Posting): number | null {
  if (posting.remote) return remote === 'no' ? UNKNOWN : 1;
  if (remote === 'only') return 0;
  if (places.length === 0 || posting.places.length === 0) return null;
  return isNear(places, posting) ? 1 : 0;
}

export function isNear(places: readonly string[], posting: Posting): boolean {
  return posting.places.some((place) => places.includes(place));
}

/** Up to a tenth below what is wanted can be talked about. */
function salaryFit({ leastSalary }: Person, { salaryMin, salaryMax }: Posting): number | null {
  const offered = salaryMax ?? salaryMin;
  if (leastSalary === null || offered === null) return null;
  return offered >= leastSalary ? 1 : Math.max(0, 1 - (leastSalary - offered) / (leastSalary / 10));
}
