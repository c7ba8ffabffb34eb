import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applicationsSearch, heeded, isNarrowed, sortOf, textOfSort } from './search.ts';

test('what an address says and nobody understands is left out', () => {
  assert.deepEqual(
    applicationsSearch({ view: 'list', q: 42, state: 'open', source: 'referral', due: 'week', sort: '-due' }),
    { view: 'list', q: '42', state: 'open', source: 'referral', due: 'week', sort: '-due' },
  );
  assert.deepEqual(
    applicationsSearch({ view: 'x', q: '', state: 'lost', source: 1, due: 'never', sort: 'id' }),
    {},
  );
});

test('the order is told by its column, and without is by change, the last first', () => {
  assert.deepEqual(sortOf({}), { column: 'changed', direction: 'descending' });
  for (const sort of ['title', '-applied']) assert.equal(textOfSort(sortOf({ sort })), sort);
});

test('view and order leave nothing out', () => {
  assert.equal(isNarrowed({ view: 'list', sort: 'title' }), false);
  assert.equal(isNarrowed({ due: 'week' }), true);
});

test('a board has every state', () => {
  assert.deepEqual(heeded({ view: 'list', state: 'open' }), { view: 'list', state: 'open' });
  assert.deepEqual(heeded({ q: 'cook', state: 'open' }), { q: 'cook' });
});
