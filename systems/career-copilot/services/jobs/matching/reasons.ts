import { SENIORITIES } from '../../../api/jobs.ts';
import type { Reason } from '../../../api/matching.ts';
import { isNear, type Person, type Posting } from './score.ts';

/** Why a part of a score has its points, as facts that pages say in their reader's words and money, and in English. */

export function reasonOfSkills(person: Person, posting: Posting, label: (skill: string) => string): Reason {
  if (posting.skills.length === 0) return { is: 'skills_unstated' };
  if (person.skills.size === 0) return { is: 'skills_unknown' };
  const { true: have = [], false: missing = [] } = Object.groupBy(posting.skills, (skill) =>
    person.skills.has(skill) ? 'true' : 'false',
  );
  return { is: 'skills', have: have.map(label), missing: missing.map(label) };
}

export function reasonOfTitle({ titles }: Person, { titleWords }: Posting): Reason {
  if (titles.length === 0) return { is: 'title_unknown' };
  const words = titleWords.filter((word) => titles.some((title) => title.includes(word)));
  return words.length === 0 ? { is: 'title_other' } : { is: 'title_shared', words };
}

export function reasonOfSeniority(person: Person, posting: Posting): Reason {
  if (posting.seniority === null) return { is: 'level_unstated' };
  if (person.seniority === null) return { is: 'level_unknown' };
  const [yours, asked] = [SENIORITIES[person.seniority]!, SENIORITIES[posting.seniority]!];
  return yours === asked ? { is: 'level_same', asked } : { is: 'level_other', asked, yours };
}

export function reasonOfPlace({ places, remote }: Person, posting: Posting): Reason {
  if (posting.remote) return { is: remote === 'no' ? 'remote_unwanted' : 'remote' };
  if (remote === 'only') return { is: 'not_remote' };
  if (places.length === 0) return { is: 'place_unknown' };
  if (posting.places.length === 0) return { is: 'place_unstated' };
  return { is: isNear(places, posting) ? 'place_wanted' : 'place_other' };
}

export function reasonOfSalary({ leastSalary }: Person, { salaryMin, salaryMax }: Posting): Reason {
  const offered = salaryMax ?? salaryMin;
  if (offered === null) return { is: 'salary_unstated' };
  if (leastSalary === null) return { is: 'salary_unknown' };
  return offered >= leastSalary
    ? { is: 'salary_enough' }
    : { is: 'salary_less', offered, wanted: leastSalary };
}

export function inEnglish(reason: Reason): string {
  const { is, have = [], missing = [], words = [], asked, yours, offered, wanted, days = 0 } = reason;
  const sentences: Record<Reason['is'], () => string> = {
    skills: () => {
      const all = have.length + missing.length;
      const count = `${have.length} of ${all} ${all === 1 ? 'skill' : 'skills'}`;
      const those = have.length === 0 ? '' : `: ${have.join(', ')}`;
      return `${count}${those}${missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`}`;
    },
    skills_unstated: () => `the posting names no skills: ${UNSTATED}`,
    skills_unknown: () => `your skills are not known: ${UNSTATED}`,
    title_shared: () => `the title has ${words.join(', ')} as well`,
    title_other: () => 'the title is another one',
    title_unknown: () => `what you are or want to be is not known: ${UNSTATED}`,
    level_same: () => `${asked}, as you are`,
    level_other: () => `${asked}, and you are ${yours}`,
    level_unstated: () => `the posting names no level: ${UNSTATED}`,
    level_unknown: () => `your level is not known: ${UNSTATED}`,
    remote: () => 'remote',
    remote_unwanted: () => 'remote, which you do not want',
    not_remote: () => 'not remote',
    place_wanted: () => 'where you want to work',
    place_other: () => 'elsewhere, and not remote',
    place_unstated: () => `the posting names no place: ${UNSTATED}`,
    place_unknown: () => `where you want to work is not known: ${UNSTATED}`,
    salary_enough: () => 'pays what you want',
    salary_less: () => `pays up to ${offered}, and you want ${wanted}`,
    salary_unstated: () => `the posting does not say what it pays: ${UNSTATED}`,
    salary_unknown: () => `what you want to earn is not known: ${UNSTATED}`,
    posted: () => `posted ${days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`}`,
  };
  return sentences[is]();
}

const UNSTATED = 'counts half';
