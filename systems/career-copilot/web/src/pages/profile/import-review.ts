import type { Resume } from '../../../../api/resume.ts';
import type { ProfileChanges } from '../../../../api/users.ts';
import { isSame, PARTS, type Part, type Station } from './resume-parts.ts';

/** What was understood of a file, as the API tells it. */
export type Read = {
  kind: 'pdf' | 'docx' | 'json' | 'linkedin' | 'text';
  resume: Resume;
  /** By path, 0 to 1. */
  confidence: Record<string, number>;
  profile: ProfileChanges;
};

const TEXTS = ['full_name', 'headline', 'location', 'phone'] as const;
type TextName = (typeof TEXTS)[number];

/** A line of the profile: what is there, what was found, and what it is going to be. */
export type TextChoice = {
  name: TextName;
  before: string;
  found: string;
  /** To be looked at, since it may be understood wrongly. */
  isUnsure: boolean;
  isTaken: boolean;
  value: string;
};
type SkillChoice = { skill: string; isTaken: boolean };
/** `isOld`: it is in the résumé that was confirmed before, and not in this one. */
export type StationChoice = { station: Station; isUnsure: boolean; isOld: boolean; isTaken: boolean };

/** All that is to be decided before anything of a file is kept. */
export type Review = {
  texts: TextChoice[];
  skills: SkillChoice[];
  work: StationChoice[];
  education: StationChoice[];
};

type ProfileNow = Record<TextName, string | null> & { skills: string[] };

/**
 * What is proposed: what the profile does not have yet is taken, what it has otherwise is left as it is. Stations that were confirmed before
 * and are not in the file stay.
 */
export function reviewOf(
  profile: ProfileNow,
  { resume, confidence, profile: found }: Read,
  confirmed: Resume | null,
): Review {
  const has = new Set(profile.skills.map((skill) => skill.toLowerCase()));
  return {
    texts: TEXTS.flatMap((name) => {
      const [before, text] = [profile[name] ?? '', found[name] ?? ''];
      if (text === '' || text === before) return [];
      const isUnsure = isUnsureAt(confidence, PATHS[name]);
      return [{ name, before, found: text, isUnsure, isTaken: before === '', value: text }];
    }),
    skills: (found.skills ?? [])
      .filter((skill) => !has.has(skill.toLowerCase()))
      .map((skill) => ({ skill, isTaken: true })),
    work: stationsOf('work', resume, confidence, confirmed),
    education: stationsOf('education', resume, confidence, confirmed),
  };
}

/** What is sent of what was decided: fields of the profile that become others, and the résumé as it is to be kept. */
export function outcomeOf(
  profile: ProfileNow,
  { resume }: Read,
  review: Review,
): { profile: ProfileChanges; resume: Resume } {
  const texts = review.texts.filter(({ isTaken, value }) => isTaken && value.trim() !== '');
  const skills = review.skills.filter(({ isTaken }) => isTaken).map(({ skill }) => skill);
  return {
    profile: {
      ...Object.fromEntries(texts.map(({ name, value }) => [name, value.trim()])),
      ...(skills.length === 0 ? {} : { skills: [...profile.skills, ...skills].slice(0, MOST_SKILLS) }),
    },
    resume: {
      ...resume,
      ...Object.fromEntries(
        PARTS.map((part) => [
          part,
          review[part].filter(({ isTaken }) => isTaken).map(({ station }) => station),
        ]),
      ),
    },
  };
}

/** How much is going to change. */
export function countOf({ texts, skills, work, education }: Review): number {
  const taken = (choices: readonly { isTaken: boolean; isOld?: boolean }[]) =>
    choices.filter(({ isTaken, isOld }) => isTaken && isOld !== true).length;
  return taken(texts) + taken(skills) + taken(work) + taken(education);
}

const MOST_SKILLS = 100;
/** Below it was guessed; by its place or its form it is 0.75 and more. */
const SURE = 0.6;

const PATHS: Record<TextName, string> = {
  full_name: 'basics.name',
  headline: 'basics.label',
  location: 'basics.location',
  phone: 'basics.phone',
};

function stationsOf(
  part: Part,
  resume: Resume,
  confidence: Record<string, number>,
  confirmed: Resume | null,
): StationChoice[] {
  const found = (resume[part] ?? []) as Station[];
  const before = (confirmed?.[part] ?? []) as Station[];
  return [
    ...found.map((station, n) => ({
      station,
      isUnsure: isUnsureAt(confidence, `${part}[${n}]`),
      isOld: false,
      isTaken: true,
    })),
    ...before
      .filter((old) => !found.some((one) => isSame(part, one, old)))
      .map((station) => ({ station, isUnsure: false, isOld: true, isTaken: true })),
  ];
}

/** Whether anything at or below a path was a guess. */
function isUnsureAt(confidence: Record<string, number>, path: string): boolean {
  return Object.entries(confidence).some(
    ([at, value]) => (at === path || at.startsWith(`${path}.`)) && value < SURE,
  );
}
