import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameFilter } from './header-name-filter.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,90}$/);

test('no name that is meant falls through, however it is spelled', () => {
  fc.assert(
    fc.property(fc.array(name), fc.array(fc.boolean()), (names, upper) => {
      const mayBe = nameFilter(names);
      for (const one of names) {
        const spelled = [...one].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join('');
        assert.ok(mayBe(spelled), spelled);
      }
    }),
  );
});

test('no name of a family falls through, however long it is', () => {
  const mayBe = nameFilter(['host'], 'x');
  for (let length = 0; length < 300; length++)
    for (const first of ['x', 'X']) assert.ok(mayBe(first + '-'.repeat(length)));
  assert.ok(!mayBe('accept'));
});
