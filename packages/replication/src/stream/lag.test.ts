import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LagWindow } from './lag.ts';

test('percentiles are those of the last 8,192 transactions', () => {
  const lag = new LagWindow();
  for (let ms = 1; ms <= 20_000; ms++) lag.add(ms);
  const { p50, p99, max } = lag.percentiles(0);
  const first = 20_000 - 8_191;
  assert.deepEqual([p50, p99, max], [first + 4_096, first + 8_110, 20_000]);
});

test('percentiles are worked out anew after a second, not at every question', () => {
  const lag = new LagWindow();
  assert.equal(lag.percentiles(1_000).max, 0);
  lag.add(5);
  assert.equal(lag.percentiles(1_000).max, 5, 'the first transaction shows at once');
  lag.add(9);
  assert.equal(lag.percentiles(1_999).max, 5);
  assert.equal(lag.percentiles(2_000).max, 9);
});

test('of many, a few new ones are no reason to work them out anew', () => {
  const lag = new LagWindow();
  for (let ms = 1; ms <= 8_192; ms++) lag.add(ms);
  assert.equal(lag.percentiles(0).max, 8_192);
  for (let more = 0; more < 81; more++) lag.add(10_000);
  assert.equal(lag.percentiles(60_000).max, 8_192);
  lag.add(10_000);
  assert.equal(lag.percentiles(60_000).max, 10_000);
});

test('nothing is left of the lags before a reset', () => {
  const lag = new LagWindow();
  lag.add(5);
  lag.percentiles(0);
  lag.reset();
  assert.deepEqual(lag.percentiles(1), { p50: 0, p99: 0, max: 0 });
});
