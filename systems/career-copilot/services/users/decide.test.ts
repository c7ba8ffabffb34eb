import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinName, splitName } from '@banyan/service';
import fc from 'fast-check';
import { columnsOf, visibleTo } from './decide.ts';

describe('names', () => {
  it('come back exactly as they were, whatever they are', () => {
    const anyName = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ ab]*$/));
    fc.assert(fc.property(anyName, (name) => assert.equal(joinName(splitName(name)), name)));
  });

  it('are split at the first space only', () => {
    assert.deepEqual(splitName('Ada'), { firstName: 'Ada', lastName: null });
    assert.deepEqual(splitName('Ada '), { firstName: 'Ada', lastName: '' });
    assert.deepEqual(splitName('Ana  de la Cruz'), { firstName: 'Ana', lastName: ' de la Cruz' });
  });
});

describe('columnsOf', () => {
  it('sets what was given, nulls too, and nothing else', () => {
    assert.deepEqual(columnsOf({}), {});
    assert.deepEqual(columnsOf({ phone: null, full_name: 'Ada King' }), {
      first_name: 'Ada',
      last_name: 'King',
      phone: null,
    });
  });
});

describe('visibleTo', () => {
  const profile = { id: 7, full_name: 'Ada', headline: 'h', location: 'l', skills: ['s'] };
  const stranger = { id: 8, role: 'user' };

  it('shows everything where nothing was chosen', () => {
    assert.deepEqual(visibleTo(stranger, profile, {}), profile);
  });

  it('hides what its owner hides, in the same shape', () => {
    const settings = { show_headline: false, show_location: false, show_skills: false };
    const hidden = { id: 7, full_name: 'Ada', headline: null, location: null, skills: [] };
    assert.deepEqual(visibleTo(stranger, profile, settings), hidden);
  });

  it('hides a private profile altogether, but from its owner and administrators', () => {
    const settings = { profile_visibility: 'private' as const };
    assert.equal(visibleTo(stranger, profile, settings), undefined);
    assert.deepEqual(visibleTo({ id: 7, role: 'user' }, profile, settings), profile);
    assert.deepEqual(visibleTo({ id: 1, role: 'admin' }, profile, settings), profile);
  });
});
