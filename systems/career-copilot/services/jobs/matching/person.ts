import type { MatchProfile, MatchResume, MatchSettings } from '../../../api/matching.ts';
import type { Profile } from '../../../api/users.ts';
import type { SkillKey, Skills } from '../../../kit/skills/skills.ts';
import type { Person } from './score.ts';
import { placesOf, seniorityOf, titleWordsOf } from './traits.ts';

/** What is said of somebody, wherever it comes from, in their own words. */
export type Said = {
  skills: readonly string[];
  /** Running text that may mention more. */
  text: string;
  /** The one that they have now first. */
  titles: readonly string[];
  places: readonly string[];
  remote: Person['remote'];
  leastSalary: number | null;
};

const MOST_TITLES = 20;

export function personOf(said: Said, skills: Skills): Person {
  const titles = said.titles.slice(0, MOST_TITLES);
  const levels = titles.flatMap((title) => seniorityOf(title) ?? []);
  return {
    skills: new Set<SkillKey>([
      ...skills.inList(said.skills),
      ...skills.inText(`${titles.join('\n')}\n${said.text}`),
    ]),
    titles: titles.map(titleWordsOf).filter((words) => words.length > 0),
    seniority: levels[0] ?? null,
    places: [...new Set(said.places.flatMap(placesOf))],
    remote: said.remote,
    leastSalary: said.leastSalary,
  };
}

/** What matching takes from a profile; its preferences are whatever its clients once put there. */
export type KnownProfile = Pick<Profile, 'skills' | 'headline' | 'location' | 'preferences'>;

/** Of a profile; what somebody has said for matches counts more, where they have said it. */
export function saidIn(profile: KnownProfile, settings?: MatchSettings): Said {
  const headline = profile.headline ? [titleIn(profile.headline)] : [];
  return {
    skills: profile.skills,
    text: profile.headline ?? '',
    titles: [...(settings?.titles ?? []), ...headline],
    places:
      settings && settings.places.length > 0 ? settings.places : profile.location ? [profile.location] : [],
    remote: settings?.remote ?? remoteIn(profile.preferences.remote),
    leastSalary: settings?.least_salary ?? salaryIn(profile.preferences.desired_salary),
  };
}

/** Of what a request says; the profile's own words before the résumé's. */
export function saidInRequest(profile: MatchProfile = {}, resume: MatchResume = {}): Said {
  const { basics = {}, work = [], skills = [] } = resume;
  const ofWork = work.flatMap(({ summary, highlights = [] }) => [summary ?? '', ...highlights]);
  const city = basics.location?.city;
  return {
    skills: [
      ...(profile.skills ?? []),
      ...skills.flatMap(({ name, keywords = [] }) => [name ?? '', ...keywords]),
    ],
    text: [basics.summary ?? '', ...ofWork].join('\n'),
    titles: [
      ...(profile.titles ?? []),
      ...(basics.label ? [titleIn(basics.label)] : []),
      ...work.flatMap(({ position }) => (position ? [position] : [])),
    ],
    places: profile.places ?? (city ? [city] : []),
    remote: profile.remote ?? null,
    leastSalary: profile.least_salary ?? null,
  };
}

/** What stands before a headline's first stroke: `Data Engineer | SQL & Go` is a data engineer. */
function titleIn(headline: string): string {
  return headline.split(/[|•·@]| at | bei /)[0]!.trim();
}

function remoteIn(value: unknown): Person['remote'] {
  if (value === 'only' || value === 'no') return value;
  return value === 'preferred' || value === true ? 'welcome' : null;
}

function salaryIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}
