import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PaceOptions, paceOf } from './pace.ts';

/** A worker whose ranges take `rangeMs` each; the clock moves only by its work and its rests. */
async function work(
  {
    ranges,
    rangeMs,
    ...asked
  }: { ranges: number; rangeMs: number } & Partial<PaceOptions> & Pick<PaceOptions, 'rowsPerSecond' | 'rest'>,
  before = 0,
) {
  const options = { usersWait: () => false, leastRowsPerSecond: 1_000, ...asked };
  let now = 0;
  let rested = 0;
  const sleep = async (ms: number) => {
    now += ms;
    rested += ms;
  };
  const pace = paceOf({ ...options, clock: { now: () => now, sleep } });
  let rows = before;
  for (let range = 0; range < ranges; range += 1) {
    assert.equal(await pace.throttle.pause(), false);
    now += rangeMs;
    rows += pace.rangeRows;
    pace.onRows(rows);
  }
  return { elapsed: now, rested, rows: rows - before };
}

test('quick ranges go at the rate that was asked for, no faster', async () => {
  const { elapsed, rows } = await work({ rowsPerSecond: 10_000, rest: 2, ranges: 500, rangeMs: 1 });
  const rate = rows / (elapsed / 1000);
  assert.ok(rate <= 10_100 && rate > 9_800, `${rate} rows/s`);
});

test('slow ranges are followed by rests in proportion, so that others find the database free', async () => {
  const { elapsed, rested } = await work({ rowsPerSecond: 1e9, rest: 2, ranges: 100, rangeMs: 30 });
  assert.equal(rested, 99 * 60);
  assert.equal(elapsed, 100 * 30 + rested);
});

test('no rest is longer than a second, however long a range took', async () => {
  const { rested } = await work({ rowsPerSecond: 1e9, rest: 5, ranges: 3, rangeMs: 60_000 });
  assert.equal(rested, 2_000);
});

test('while users wait it goes on at the least pace, and never stops', async () => {
  const { elapsed, rows } = await work({
    rowsPerSecond: 10_000,
    rest: 2,
    ranges: 50,
    rangeMs: 1,
    usersWait: () => true,
    leastRowsPerSecond: 500,
  });
  const rate = rows / (elapsed / 1000);
  assert.ok(rate > 400 && rate <= 520, `${rate} rows/s`);
});

test('it goes on as before soon after users no longer wait', async () => {
  let looks = 0;
  const { elapsed } = await work({
    rowsPerSecond: 10_000,
    rest: 2,
    ranges: 10,
    rangeMs: 1,
    usersWait: () => looks++ < 3,
    leastRowsPerSecond: 1,
  });
  assert.ok(elapsed < 1_300, `${elapsed} ms`);
});

test('what was not done while users waited is made up for in part only, so that no burst follows', async () => {
  let looks = 0;
  const { elapsed } = await work({
    rowsPerSecond: 1_000,
    rest: 0,
    ranges: 50,
    rangeMs: 1,
    // For ten seconds of the first ranges.
    usersWait: () => looks++ < 100,
    leastRowsPerSecond: 1,
  });
  assert.ok(elapsed > 10_000 + 3_500, `${elapsed} ms`);
});

test('rows of an earlier run do not count as done now', async () => {
  const options = { rowsPerSecond: 10_000, rest: 2, ranges: 100, rangeMs: 1 };
  assert.deepEqual(await work(options, 5_000_000), await work(options));
});

test('ranges are a tenth of what is done in a second at full pace, within bounds', () => {
  const rows = (rowsPerSecond: number) =>
    paceOf({ rowsPerSecond, rest: 2, usersWait: () => false, leastRowsPerSecond: 1_000 }).rangeRows;
  assert.deepEqual([1, 20_000, 50_000, 1e9].map(rows), [100, 2_000, 5_000, 20_000]);
});

test('nothing is waited for once the work is to end', async () => {
  const stopper = new AbortController();
  stopper.abort();
  const { rested } = await work({
    rowsPerSecond: 100,
    rest: 5,
    ranges: 10,
    rangeMs: 100,
    signal: stopper.signal,
  });
  assert.equal(rested, 0);
});

test('no rest has a negative length, though the clock moves between two looks at it', async () => {
  const rests: number[] = [];
  let now = 0;
  const clock = {
    now: () => (now += 60),
    sleep: async (ms: number) => {
      rests.push(ms);
      now += ms;
    },
  };
  const pace = paceOf({
    rowsPerSecond: 10_000,
    rest: 2,
    usersWait: () => true,
    leastRowsPerSecond: 1_000,
    clock,
  });
  for (let range = 0; range < 20; range += 1) {
    await pace.throttle.pause();
    pace.onRows((range + 1) * pace.rangeRows);
  }
  assert.ok(rests.length > 0);
  assert.deepEqual(
    rests.filter((ms) => !(ms >= 0)),
    [],
  );
});
