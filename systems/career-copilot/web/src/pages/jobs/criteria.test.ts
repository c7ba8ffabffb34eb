import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, eachOnce, filtersIn, jobsSearch } from './criteria.ts';

test('an address says what is searched, and what is not understood is left out', () => {
  const all = {
    q: 'data engineer',
    location: 'Berlin',
    job_type: 'full_time',
    remote: false,
    company_id: 3,
    min_salary: 60_000,
  };
  assert.deepEqual(jobsSearch({ ...all, page: 2 }), all);
  assert.deepEqual(
    jobsSearch({ q: '  ', location: {}, remote: 'yes', company_id: 1.5, min_salary: -1, job_type: null }),
    {},
  );
});

test('words that look like a number are words, and no longer than the API takes them', () => {
  assert.deepEqual(jobsSearch({ q: 2026, location: 'x'.repeat(120) }), {
    q: '2026',
    location: 'x'.repeat(100),
  });
});

test('filters are counted without the words', () => {
  assert.equal(filtersIn({ q: 'x' }), 0);
  assert.equal(filtersIn({ q: 'x', remote: false, min_salary: 1 }), 2);
});

test('a search has an address of its own', () => {
  assert.equal(addressOf({}), '/jobs');
  assert.equal(addressOf({ q: 'C++ & C#', remote: true }), '/jobs?q=C%2B%2B+%26+C%23&remote=true');
});

test('a job that is on two pages is shown once', () => {
  assert.deepEqual(eachOnce([{ id: 2 }, { id: 1 }, { id: 2 }]), [{ id: 2 }, { id: 1 }]);
});
