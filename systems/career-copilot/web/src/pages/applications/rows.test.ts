import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matching, rowsOfMonolith, rowsOfService, sorted } from './rows.ts';

const at = (day: number) => `2026-04-0${day}T08:00:00.000Z`;
const MONOLITH = rowsOfMonolith(
  (
    [
      [1, 'Engineer', 'Acme', 'applied', 1],
      [2, 'Cook', 'Bistro', 'saved', 2],
      [3, 'Gardener', 'Acme Parks', 'rejected', 3],
    ] as const
  ).map(([id, job_title, company_name, status, day]) => ({
    id,
    job_title,
    company_name,
    status,
    applied_at: status === 'saved' ? null : at(day),
    updated_at: at(day),
  })),
);
const SERVICE = rowsOfService(
  [
    {
      id: 4,
      job_title: null,
      company_name: null,
      status: 'ghosted',
      may_become: ['applied', 'rejected'],
      applied_at: at(1),
      updated_at: at(4),
      source: { kind: 'referral' },
      next_action: { what: 'Ask again', due_at: at(5) },
    },
  ],
  'A job',
);
const NOW = Date.parse(at(3));
const found = (search: Parameters<typeof matching>[1], now = NOW) =>
  matching([...MONOLITH, ...SERVICE], search, now).map(({ id }) => id);

test('the monolith knows no ghosts, so nothing may become one there', () => {
  assert.deepEqual(MONOLITH[0]!.mayBecome, ['screening', 'interview', 'offer', 'rejected', 'withdrawn']);
});

test('title and company are searched, in any case', () => {
  assert.deepEqual(found({ q: ' ACME ' }), ['1', '3']);
  assert.deepEqual(found({ q: 'cook' }), ['2']);
  assert.deepEqual(found({ q: 'nobody' }), []);
});

test('applications are found by state, by whether they are open, by source and by what is to be done', () => {
  assert.deepEqual(found({ state: 'ghosted' }), ['4']);
  assert.deepEqual(found({ state: 'open' }), ['1', '2', '4']);
  assert.deepEqual(found({ source: 'referral' }), ['4']);
  assert.deepEqual(found({ due: 'overdue' }), []);
  assert.deepEqual(found({ due: 'overdue' }, Date.parse(at(6))), ['4']);
  assert.deepEqual(found({ due: 'week' }), ['4']);
});

test('what has no value stands last in either direction', () => {
  const order = (column: 'applied' | 'state' | 'title', direction: 'ascending' | 'descending') =>
    sorted(MONOLITH, { column, direction }).map(({ id }) => id);
  assert.deepEqual(order('applied', 'ascending'), ['1', '3', '2']);
  assert.deepEqual(order('applied', 'descending'), ['3', '1', '2']);
  assert.deepEqual(order('state', 'ascending'), ['2', '1', '3']);
  assert.deepEqual(order('title', 'descending'), ['3', '1', '2']);
});
