import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from './columns.ts';
import type { ApplicationRow } from './rows.ts';

const row = (id: string, state: string): ApplicationRow => ({
  id,
  title: 'Engineer',
  company: 'Acme',
  state,
  mayBecome: [],
  appliedAt: null,
  changedAt: '2026-04-01T08:00:00.000Z',
  source: null,
  action: null,
});

test('each state is a column, in the order of its rows, and what nobody knows has one of its own', () => {
  const columns = columnsOf(
    [row('1', 'applied'), row('2', 'lost'), row('3', 'applied')],
    ['saved', 'applied'],
    (state) => state.toUpperCase(),
  );
  assert.deepEqual(
    columns.map(({ title, cards }) => [title, cards.map(({ id }) => id)]),
    [
      ['SAVED', []],
      ['APPLIED', ['1', '3']],
      ['LOST', ['2']],
    ],
  );
});
