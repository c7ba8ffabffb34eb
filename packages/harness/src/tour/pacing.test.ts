import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nextPacing, startPacing } from './pacing.ts';

/** Looks every half second at how many are in flight. */
function rates(inFlight: number[], rate = 300): number[] {
  let pacing = startPacing(rate, 0);
  return inFlight.map((waiting, look) => {
    pacing = nextPacing(pacing, waiting, 10_000 + look * 500);
    return pacing.rate;
  });
}

const looks = (seconds: number, waiting: number) => Array.from({ length: seconds * 2 }, () => waiting);

it('does not mind a stall of a second or two, however many it leaves waiting', () => {
  assert.ok(rates([...looks(1, 2), ...looks(2, 900), ...looks(5, 2)]).every((rate) => rate === 300));
});

it('halves the rate of a system that falls behind, lets that show, and never goes to nothing', () => {
  const seen = rates(looks(60, 4_000));
  assert.equal(seen[5], 300);
  assert.equal(seen[6], 150);
  assert.equal(seen[15], 150);
  assert.equal(seen.at(-1), 20);
});

it('comes back to what was asked for once the system keeps up, and no further', () => {
  const seen = rates([...looks(4, 400), ...looks(60, 3)]);
  assert.deepEqual([seen[7], seen.at(-1)], [150, 300]);
});

it('leaves a small rate that was asked for', () => {
  assert.ok(rates(looks(60, 8), 10).every((rate) => rate === 10));
});
