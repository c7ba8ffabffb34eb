import assert from 'node:assert/strict';
import { it } from 'node:test';
import { latestDays } from './sample.ts';

it('as many of a sample as can be shown of all, and half as many again, lie on the latest days', () => {
  const sample = [
    { day: 10, count: 900 },
    { day: 12, count: 46 },
    { day: 13, count: 1 },
  ];
  assert.equal(latestDays(sample, 13), `'day 12' | 'day 13' | 'day 14'`);
  assert.equal(
    latestDays([{ day: 11, count: 900 }, ...sample.slice(2)], 13),
    `'day 11' | 'day 12' | 'day 13' | 'day 14'`,
  );
});

it('of fewer, and of those of long ago, all days are looked at', () => {
  assert.equal(latestDays([], 13), undefined);
  assert.equal(latestDays([{ day: 13, count: 46 }], 13), undefined);
  assert.equal(latestDays([{ day: 13, count: 900 }], 200), undefined);
});
