import assert from 'node:assert/strict';
import { it } from 'node:test';
import { marker, markerNumber } from './load.ts';

it('an audit finds each change of a profile by a headline of its own', () => {
  assert.equal(markerNumber(7, marker(7, 12)), 12);
});

it('an audit takes no headline of somebody else, from before, or with more to it', () => {
  for (const headline of [marker(77, 12), 'Senior Engineer', 'h-7-12 and more', null, undefined])
    assert.equal(markerNumber(7, headline), 0);
});
