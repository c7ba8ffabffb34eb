import assert from 'node:assert/strict';
import { it } from 'node:test';
import { latestDays } from './sample.ts';

it('half as many again as can be shown of all lie on the latest days of a sample', () => {
  const sample = [
    { day: 10, count: 900 },
    { day: 12, count: 46 },
    { day: 13, count: 1 },
  ];
  assert.equal(latestDays(sample, 13), `'day 12' | 'day 13' | 'day 14'`);
  assert.equal(
    latestDays([{ day: 11, count: 900 }, sample[2]!], 13),
    `'day 11' | 'day 12' | 'day 13' | 'day 14'`,
  );
});

it('of few, and of those of long ago, all days are looked at', () => {
  assert.equal(latestDays([], 13), undefined);
  assert.equal(latestDays([{ day: 13, count: 100 }], 13), undefined);
  assert.equal(latestDays([{ day: 13, count: 900 }], 200), undefined);
});
