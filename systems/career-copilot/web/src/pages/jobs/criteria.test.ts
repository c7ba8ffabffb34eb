import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressOf,
  distanceChanges,
  eachOnce,
  filtersIn,
  jobsSearch,
  listedOf,
  placeChanges,
} from './criteria.ts';

test('an address says what is searched, and what is not understood is left out', () => {
  const all = {
    q: 'data engineer',
    location: 'Berlin',
    job_type: 'full_time',
    remote: false,
    company_id: 3,
    min_salary: 60_000,
    seniority: 'mid-level',
  };
  assert.deepEqual(jobsSearch({ ...all, page: 2 }), all);
  assert.deepEqual(
    jobsSearch({
      q: '  ',
      location: {},
      remote: 'yes',
      company_id: 1.5,
      min_salary: -1,
      job_type: null,
      seniority: 'boss',
    }),
    {},
  );
});

test('words that look like a number are words, and no longer than the API takes them', () => {
  assert.deepEqual(jobsSearch({ q: 2026, location: 'x'.repeat(120) }), {
    q: '2026',
    location: 'x'.repeat(100),
  });
});

test('a distance is from a place: without one there is none, and no order by it', () => {
  const near = { near: 'Berlin, DE', within: 25, or_remote: true, sort: 'distance' } as const;
  assert.deepEqual(jobsSearch(near), near);
  assert.deepEqual(jobsSearch({ ...near, near: '' }), {});
  assert.deepEqual(jobsSearch({ near: 'Bonn', within: 1_001, sort: 'best' }), { near: 'Bonn' });
  assert.equal(filtersIn(near), 1);
  assert.deepEqual(distanceChanges({ location: 'Bonn' }, 10), {
    near: 'Bonn',
    location: undefined,
    within: 10,
  });
  const none = { near: undefined, within: undefined, or_remote: undefined, sort: undefined };
  assert.deepEqual(distanceChanges(near, undefined), { ...none, location: 'Berlin, DE' });
  assert.deepEqual(placeChanges(near, ''), none);
  assert.deepEqual(placeChanges(near, 'Köln'), { near: 'Köln' });
  assert.deepEqual(placeChanges({}, 'Köln'), { location: 'Köln' });
});

test('where nobody knows distances and levels the name of the place is looked for', () => {
  assert.deepEqual(
    listedOf({ q: 'x', near: 'Berlin, DE', within: 25, seniority: 'senior', sort: 'salary' }),
    {
      q: 'x',
      location: 'Berlin',
    },
  );
  assert.deepEqual(listedOf({ near: '52.5,13.4' }), {});
  assert.deepEqual(listedOf({ near: 'Köln', location: 'Bonn' }), { location: 'Bonn' });
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
