import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationStatus } from '../../../../api/applications.ts';
import { columnsOf } from './columns.ts';

const row = (
  id: number,
  job_title: string,
  company_name: string,
  status: ApplicationStatus,
  day: number,
) => ({
  id,
  job_title,
  company_name,
  status,
  updated_at: `2026-04-0${day}T08:00:00.000Z`,
});
const ROWS = [
  row(1, 'Engineer', 'Acme', 'applied', 1),
  row(2, 'Cook', 'Bistro', 'saved', 2),
  row(3, 'Gardener', 'Acme Parks', 'applied', 3),
];
const cardsIn = (text: string) =>
  Object.fromEntries(
    columnsOf(ROWS, text, (status) => status)
      .filter(({ cards }) => cards.length > 0)
      .map(({ id, cards }) => [id, cards.map((card) => card.id)]),
  );

test('each state is a column, and the last changed stands first', () => {
  assert.equal(columnsOf([], '', (status) => status).length, 8);
  assert.deepEqual(cardsIn(''), { saved: ['2'], applied: ['3', '1'] });
});

test('title and company are searched, in any case', () => {
  assert.deepEqual(cardsIn(' ACME '), { applied: ['3', '1'] });
  assert.deepEqual(cardsIn('cook'), { saved: ['2'] });
  assert.deepEqual(cardsIn('nobody'), {});
});
