import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type CompanyRow, fromRows, type JobRow } from './facts.ts';

const at = new Date('2026-11-01T10:00:00Z');
const COMPANY: CompanyRow = {
  id: 2,
  name: 'Analytical Engines',
  industry: null,
  website: null,
  location: 'London',
  size: null,
};
const JOB: JobRow = {
  id: 12,
  company_id: 2,
  title: 'Engineer',
  description: '-',
  location: null,
  job_type: 'full_time',
  remote: false,
  salary_min: null,
  salary_max: null,
  requirements: ['SQL'],
  is_active: true,
};
const { insert, update, delete: remove } = fromRows.jobs!;
const OF_JOB = { jobId: 12, companyId: 2, title: 'Engineer' };

it('a job that opens is posted, and one that cannot be applied for any more is closed, each once', () => {
  const closed = { ...JOB, is_active: false };
  const posted = { type: 'JobPosted', data: OF_JOB };
  const ended = { type: 'JobClosed', data: OF_JOB };
  assert.deepEqual(insert!(JOB, { at }), posted);
  assert.deepEqual(update!(closed, JOB, { at }), posted);
  assert.deepEqual(update!(JOB, closed, { at }), ended);
  assert.deepEqual(remove!(JOB, { at }), ended);
  for (const nothing of [insert!(closed, { at }), remove!(closed, { at }), update!(closed, closed, { at })])
    assert.equal(nothing, undefined);
});

it('of an open job it is told which fields are others, and of a closed one nothing', () => {
  const after = { ...JOB, title: 'Poet', remote: true, salary_max: 50_000, requirements: ['SQL', 'Verse'] };
  assert.deepEqual(update!(JOB, after, { at }), {
    type: 'JobUpdated',
    data: { ...OF_JOB, title: 'Poet', changed: ['title', 'location', 'salary', 'requirements'] },
  });
  assert.equal(update!(JOB, { ...JOB, requirements: ['SQL'] }, { at }), undefined);
  const closed = { ...JOB, is_active: false };
  assert.equal(update!(closed, { ...closed, title: 'Poet' }, { at }), undefined);
});

it('a company is told when it comes, and when something of it is otherwise', () => {
  const companies = fromRows.companies!;
  assert.deepEqual(companies.insert!(COMPANY, { at }), {
    type: 'CompanyAdded',
    data: { companyId: 2, name: 'Analytical Engines' },
  });
  assert.deepEqual(companies.update!(COMPANY, { ...COMPANY, name: 'Engines', location: null }, { at }), {
    type: 'CompanyUpdated',
    data: { companyId: 2, name: 'Engines', changed: ['name', 'location'] },
  });
  assert.equal(companies.update!(COMPANY, { ...COMPANY }, { at }), undefined);
});
