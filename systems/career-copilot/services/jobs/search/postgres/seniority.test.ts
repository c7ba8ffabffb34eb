import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { SENIORITIES } from '../../../../api/jobs.ts';
import { seniorityOf } from '../../matching/traits.ts';
import { type JobTables, openJobTables } from '../testing/jobs.ts';

describe('for whom a job is', () => {
  let tables: JobTables;
  const levelsOf = async (jobs: readonly { title: string; type?: string; description?: string }[]) => {
    const { rows } = await tables.pool.query<{ level: string }>(
      `SELECT job_seniority(title, type, description) AS level
       FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS job (title, type, description, place) ORDER BY place`,
      [
        jobs.map(({ title }) => title),
        jobs.map(({ type = 'full_time' }) => type),
        jobs.map(({ description = '' }) => description),
      ],
    );
    return rows.map(({ level }) => level);
  };

  before(async () => {
    tables = await openJobTables(await (await testServer()).database('seniority'));
  });
  after(async () => await tables?.pool.end());

  it('is what its title names, as of people with that title, however it is written', async () => {
    const titles = fc.sample(TITLES, { seed: 7, numRuns: 3_000 });
    const ofPeople = titles.map((title) => {
      const level = seniorityOf(title);
      return level === null ? 'unstated' : SENIORITIES[level];
    });
    assert.deepEqual(new Set(ofPeople), new Set([...SENIORITIES, 'unstated']));
    const ofJobs = await levelsOf(titles.map((title) => ({ title })));
    assert.deepEqual(
      titles.map((title, index) => [title, ofJobs[index]]),
      titles.map((title, index) => [title, ofPeople[index]]),
    );
  });

  it('is what its description asks for where the title names nothing', async () => {
    const asked: readonly (readonly [string, string])[] = [
      ['5+ years of professional experience', 'senior'],
      ['You have 3-5 years’ experience with Go', 'mid-level'],
      ['3 to 8 yrs experience', 'mid-level'],
      ['1 year of experience is enough', 'junior'],
      ['mindestens 5 Jahre Berufserfahrung', 'senior'],
      ['2 bis 4 Jahren Erfahrung', 'mid-level'],
      ['An entry-level job', 'junior'],
      ['No prior experience needed', 'junior'],
      ['Auch für Berufseinsteiger:innen', 'junior'],
      // The highest of what is asked for in all, not of one tool.
      ['5 years of experience, 1 year of experience with Kafka', 'senior'],
      // What companies say of themselves, and of others.
      ['Our company has 25 years of experience', 'unstated'],
      ['You report to the senior director', 'unstated'],
      ['For 10 years we have grown. Experience of our teams counts.', 'unstated'],
      ['12.5 years of experience', 'unstated'],
      ['Experience is welcome', 'unstated'],
      ['', 'unstated'],
    ];
    assert.deepEqual(
      await levelsOf(asked.map(([description]) => ({ title: 'Nurse', description }))),
      asked.map(([, level]) => level),
    );
  });

  it('is the title’s before the kind of job, and that before the description', async () => {
    const description = '6 years of experience';
    assert.deepEqual(
      await levelsOf([
        { title: 'Junior Nurse', type: 'internship', description },
        { title: 'Nurse', type: 'internship', description },
        { title: 'Nurse', description },
      ]),
      ['junior', 'trainee', 'senior'],
    );
  });
});

const TITLES = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...[
          'Senior',
          'Sr.',
          'SENIOR',
          'Sénior',
          'Expert',
          'Junior',
          'Jr',
          'Graduate',
          'Entry level',
          'entry-level',
        ],
        ...[
          'Mid',
          'Mid-level',
          'Intermediate',
          'Medior',
          'Lead',
          'Leading',
          'Leader',
          'Principal',
          'Staff',
          'Staffing',
        ],
        ...[
          'Teamleiterin',
          'Leiter',
          'Abteilungsleiter',
          'Head',
          'Headhunter',
          'Chief',
          'CTO',
          'CFO',
          'CVO',
          'Director',
        ],
        ...[
          'VP',
          'Vice President',
          'Intern',
          'Internal',
          'Internship',
          'Trainee',
          'Apprentice',
          'Werkstudent',
        ],
        ...[
          'Praktikantin',
          'Auszubildende',
          'Auszubildender',
          'Azubi',
          'Engineer',
          'Köchin',
          'Nurse',
          'of',
          'C++',
          'II',
        ],
      ),
      fc.constantFrom(' ', ' ', ' / ', '-', ', ', ' (', ')', '_', '.', '–', '4'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((words) => words.flat().join(''));
