import { CITIES } from '@banyan/monolith/generator';
import { Random } from '@banyan/random';
import {
  COMPANY_ENDS,
  COMPANY_WORDS,
  INDUSTRIES,
  PROFESSIONS,
  SENIORITY,
  SENTENCES,
  SKILLS,
} from '../../systems/career-copilot/monolith/generator/words.ts';

/** What the benchmark searches: the same postings on every machine for one seed. */
export type Company = { name: string; industry: string };
export type Posting = {
  company: number;
  title: string;
  description: string;
  location: string | null;
  jobType: string;
  remote: boolean;
  salaryMin: number | null;
  salaryMax: number | null;
  requirements: string[];
  ageDays: number;
};
export type Corpus = { companies: Company[]; words: string[]; postings(): Generator<Posting> };

const SEED = 20_261_127;
const COMPANIES = 4_000;
/** Words of descriptions that are neither a skill nor in a sentence of everybody's; the frequency of each is by Zipf's law. */
const WORDS = 30_000;
const TRADES =
  `Nurse, Teacher, Electrician, Plumber, Cook, Driver, Warehouse Operative, Sales Assistant, Care Worker, Receptionist, Pharmacist,
  Physiotherapist, Civil Engineer, Mechanical Engineer, Electrical Engineer, Process Engineer, Structural Engineer, Sales Engineer, Software
  Engineer, Software Developer, Java Developer, Python Developer, Web Developer, Platform Engineer, Test Engineer, Support Engineer,
  Systems Administrator, Database Administrator, Legal Counsel, Paralegal, Controller, Auditor, Tax Adviser, Store Manager, Account
  Manager, Office Manager, Facility Manager, Supply Chain Manager, Buyer, Translator, Copywriter, Editor, Photographer, Architect`
    .split(',')
    .map((trade) => trade.replace(/\s+/g, ' ').trim());
const SYLLABLES =
  'ba ce di fo gu ha ji ko lu ma ne pi ro su ta ve wi xo ya zu bra cle dri fro glu pre sta tri'.split(' ');

/** Titles, places, companies, skills and words are drawn by Zipf's law: few are everywhere, most are rare. */
export function corpusOf(count: number): Corpus {
  const random = new Random(SEED);
  const words = Array.from({ length: WORDS }, (_, rank) => wordOf(random, rank));
  const companies = Array.from({ length: COMPANIES }, () => ({
    name: `${random.pick(COMPANY_WORDS)} ${random.pick(COMPANY_WORDS)} ${random.pick(COMPANY_ENDS)}`,
    industry: random.pick(INDUSTRIES),
  }));
  const draw = {
    word: zipf(random, words),
    trade: zipf(random, [...TRADES, ...PROFESSIONS]),
    city: zipf(random, CITIES),
    skill: zipf(random, SKILLS),
    company: zipf(random, [...companies.keys()], 0.8),
  };
  return {
    companies,
    words,
    *postings() {
      for (let made = 0; made < count; made++) yield postingOf(random, draw);
    },
  };
}

type Draw = Record<'word' | 'trade' | 'city' | 'skill', () => string> & { company: () => number };

function postingOf(random: Random, draw: Draw): Posting {
  const requirements = [...new Set(Array.from({ length: random.int(2, 8) }, draw.skill))];
  const salary = random.chance(0.6) ? random.int(25, 180) * 1_000 : null;
  const emphasis = random.chance(0.2) ? `, ${requirements[0]}` : '';
  return {
    company: draw.company(),
    title: `${random.pick(SENIORITY)} ${draw.trade()}${emphasis}`.trim(),
    description: descriptionOf(random, draw, requirements),
    location: random.chance(0.9) ? draw.city() : null,
    jobType: random.chance(0.75) ? 'full_time' : random.pick(['part_time', 'contract', 'internship']),
    remote: random.chance(0.25),
    salaryMin: salary,
    salaryMax: salary && salary + random.int(5, 40) * 1_000,
    requirements,
    // Most are young: a posting is open for some weeks.
    ageDays: Math.floor(-45 * Math.log(1 - random.next())),
  };
}

/** Some 80 to 600 words, as postings have them. */
function descriptionOf(random: Random, draw: Draw, requirements: readonly string[]): string {
  const parts: string[] = [];
  for (let sentences = random.int(8, 40); sentences > 0; sentences--) {
    if (random.chance(0.2)) parts.push(random.pick(SENTENCES));
    else parts.push(`${Array.from({ length: random.int(6, 18) }, draw.word).join(' ')}.`);
    if (random.chance(0.15)) parts.push(`You know ${random.pick(requirements)}.`);
    if (random.chance(0.05)) parts.push(`You work with a ${draw.trade()}.`);
  }
  return parts.join(' ');
}

/** The first ones are those that half of all postings have. */
function wordOf(random: Random, rank: number): string {
  const syllables = 2 + (rank > 200 ? 1 : 0) + (rank > 5_000 ? 1 : 0);
  return Array.from({ length: syllables }, () => random.pick(SYLLABLES)).join('');
}

/** Draws the k-th of `from` with a frequency of 1 / k^exponent. */
function zipf<T>(random: Random, from: readonly T[], exponent = 1): () => T {
  const sums = new Float64Array(from.length);
  let sum = 0;
  for (let rank = 0; rank < from.length; rank++) {
    sum += 1 / (rank + 1) ** exponent;
    sums[rank] = sum;
  }
  return () => {
    const at = random.next() * sum;
    let [low, high] = [0, from.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return from[low]!;
  };
}
