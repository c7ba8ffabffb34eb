import { CITIES } from '@banyan/monolith/generator';
import { Random } from '@banyan/random';
import { SKILLS } from '../../systems/career-copilot/monolith/generator/words.ts';

export type Query = { kind: string; query: string };

const SEED = 7;
/** As people type them, from those that tens of thousands of postings have to those that few have. */
const COMMON = ['engineer', 'developer', 'manager', 'nurse', 'sales', 'senior', 'software', 'teacher'];
const SEVERAL = [
  'senior software engineer',
  'data analyst python',
  'java developer berlin',
  'machine learning engineer',
  'project manager agile',
  'devops kubernetes aws',
  'lead nurse london',
  'frontend react typescript',
];
const TYPOS = [
  'enginer',
  'devloper',
  'managr',
  'sofware engineer',
  'kuberntes',
  'elctrician',
  'pharmasist',
  'tecaher',
];

/** Questions of every kind in turn, the same for one count: `rare` are words of descriptions that few postings have. */
export function queriesOf(count: number, rare: readonly string[]): Query[] {
  const random = new Random(SEED);
  const some = (from: readonly string[]) => random.pick(from);
  const place = () => `location=${encodeURIComponent(some(CITIES))}`;
  const narrowed = () => some(['remote=true', 'job_type=full_time', 'min_salary=90000', place()]);
  const kinds: Record<string, () => string> = {
    'common word': () => q(some(COMMON)),
    'rare word': () => q(some(rare)),
    'several words': () => q(some(SEVERAL)),
    'word and skill': () => q(`${some(COMMON)} ${some(SKILLS)}`),
    typo: () => q(some(TYPOS)),
    filter: () => `${q(some(COMMON))}&${narrowed()}`,
    'two filters': () => `${q(some(SEVERAL))}&remote=true&${place()}`,
    'later page': () => `${q(some(COMMON))}&page=${random.int(2, 10)}`,
    'nothing found': () => q(`${some(rare)}${some(rare)}`),
  };
  const names = Object.keys(kinds);
  return Array.from({ length: count }, (_, index) => {
    const kind = names[index % names.length]!;
    return { kind, query: kinds[kind]!() };
  });
}

const q = (words: string) => `q=${encodeURIComponent(words)}`;
