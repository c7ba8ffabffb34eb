import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkFlag, evaluate } from '@banyan/service/settings';
import { changeFlag } from './change-flag.ts';

describe('a new flag', () => {
  test('is a boolean that is on for everybody', () => {
    const flag = changeFlag(null, 'new-search', {});
    assert.deepEqual(checkFlag(flag), []);
    assert.equal(evaluate(flag, { targetingKey: '7' }).value, true);
    assert.equal(evaluate({ ...flag, on: false }, { targetingKey: '7' }).value, false);
  });

  test('that names users or shares is off for all others', () => {
    const named = changeFlag(null, 'new-search', { users: { '7': 'on' } });
    assert.deepEqual(
      ['7', '8'].map((targetingKey) => evaluate(named, { targetingKey }).value),
      [true, false],
    );
    const shared = changeFlag(null, 'new-search', { split: [{ variant: 'on', percent: 0 }] });
    assert.equal(evaluate(shared, { targetingKey: '7' }).value, false);
  });

  test('with variants gives the first of them', () => {
    const flag = changeFlag(null, 'button', { variants: { red: '#f00', blue: '#00f' } });
    assert.deepEqual([flag.default, flag.whenOff, checkFlag(flag)], ['red', 'red', []]);
  });
});

describe('a changed flag', () => {
  const before = changeFlag(null, 'new-search', { users: { '7': 'on' }, description: 'better search' });

  test('keeps what the change does not name', () => {
    const after = changeFlag(before, 'new-search', { split: [{ variant: 'on', percent: 10 }] });
    assert.deepEqual(after, { ...before, split: [{ variant: 'on', percent: 10 }] });
  });

  test('gains users, and loses those that are taken away', () => {
    const after = changeFlag(before, 'new-search', { users: { '8': 'on', '7': null } });
    assert.deepEqual(after.users, { '8': 'on' });
  });
});
