import { SENIORITIES } from '../../../api/jobs.ts';
import type { SkillKey, Skills } from '../../../kit/skills/skills.ts';
import { alternativesOf } from '../search/words.ts';

/** A place among `SENIORITIES`. */
export type Seniority = 0 | 1 | 2 | 3 | 4 | 5;

/** What of a posting's words counts in a match, besides its level (`job_seniority` of schema.sql). */
export type Traits = { skills: SkillKey[]; titleWords: string[] };

/** Words that tell a level, the highest first; "head of engineering" is no engineer. The same as of postings (`job_seniority`). */
const LEVELS: readonly [Seniority, RegExp][] = [
  [5, /\b(chief|head|director|vp|vice president|c[teiof]o|leiter(in)?)\b/],
  [4, /\b(lead|principal|staff|teamleiter(in)?)\b/],
  [3, /\b(senior|sr|expert)\b/],
  [0, /\b(intern(ship)?|trainee|apprentice|werkstudent(in)?|praktikant(in)?|auszubildende[rn]?|azubi)\b/],
  [1, /\b(junior|jr|graduate|entry level)\b/],
  [2, /\b(mid|intermediate|medior)\b/],
];
/** What a title has beside the work that it names. */
const NO_WORK = new Set(
  `a an and as at by de der die for fur für i ii iii im in m w d f x mfd mwd mit of on or oder the to und with
   full time part remote hybrid onsite new senior sr junior jr lead principal staff head chief intern internship trainee graduate mid level entry`.split(
    /\s+/,
  ),
);
/** Names of work that so many titles have that they tell little. */
const GENERAL = new Set([
  'engineer',
  'developer',
  'programmer',
  'manager',
  'specialist',
  'assistant',
  'officer',
  'consultant',
  'associate',
]);
const GENERAL_WEIGHT = 0.5;
/** Titles beyond this many words are no titles. */
const MOST_TITLE_WORDS = 12;
const MOST_SKILLS = 40;

export type PostingText = { title: string; description: string; requirements: readonly string[] };

/**
 * Of a posting. What it lists as required is what it asks for; a posting that lists nothing of the kind asks for what its text mentions.
 */
export function traitsOf({ title, description, requirements }: PostingText, skills: Skills): Traits {
  const listed = skills.inList(requirements);
  const asked =
    listed.length > 0 ? [...listed, ...skills.inText(title)] : skills.inText(`${title}\n${description}`);
  return {
    skills: [...new Set(asked)].slice(0, MOST_SKILLS),
    titleWords: titleWordsOf(title),
  };
}

/** The level that the title of somebody's work names; null: none. */
export function seniorityOf(title: string): Seniority | null {
  const plain = plainOf(title);
  return LEVELS.find(([, words]) => words.test(plain))?.[0] ?? null;
}

/** A level by its name; null: it is not stated. */
export function seniorityCalled(level: string | null): Seniority | null {
  const place = (SENIORITIES as readonly (string | null)[]).indexOf(level);
  return place < 0 ? null : (place as Seniority);
}

/** The words of a title that name the work, each in one form for all its synonyms. */
export function titleWordsOf(title: string): string[] {
  const words = plainOf(title).match(/[\p{L}\p{N}+#.]*[\p{L}\p{N}+#]/gu) ?? [];
  const kept = words.filter((word) => !NO_WORK.has(word)).map(singular);
  return [...new Set(kept.map(oneForAll))].slice(0, MOST_TITLE_WORDS);
}

/** How much a word of a title tells. */
export function weightOfWord(word: string): number {
  return GENERAL.has(word) ? GENERAL_WEIGHT : 1;
}

/** The names of a place, the nearest first: "Köln, Germany" is koln and germany. */
export function placesOf(location: string | null | undefined): string[] {
  if (!location) return [];
  const parts = plainOf(location)
    .split(/[,;/|()]| - /)
    .map((part) => part.replace(/\s+/g, ' ').trim());
  return [...new Set(parts.filter((part) => part !== '' && part !== 'remote'))].slice(0, 4);
}

/** The first, by the alphabet, of the words that mean the same. */
function oneForAll(word: string): string {
  const [alternatives = []] = alternativesOf(word);
  return alternatives.filter((one) => !one.includes(' ')).sort()[0] ?? word;
}

function singular(word: string): string {
  return word.length > 4 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

/** In lower case, without accents. */
function plainOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}
