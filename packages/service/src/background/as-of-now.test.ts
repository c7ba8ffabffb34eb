import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asOfNow } from './as-of-now.ts';

it('gives everybody a run that began after they asked, and runs once for all who wait', async () => {
  const ends: ((value: number) => void)[] = [];
  const ask = asOfNow(() => new Promise<number>((resolve) => ends.push(resolve)));
  const first = ask();
  const [second, third] = [ask(), ask()];
  assert.equal(ends.length, 1);
  ends[0]!(1);
  assert.equal(await first, 1);
  await Promise.resolve();
  assert.equal(ends.length, 2);
  ends[1]!(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
});

it('goes on after a run that failed, which is told to those who shared it', async () => {
  let runs = 0;
  const ask = asOfNow(async () => {
    runs++;
    if (runs === 1) throw new Error('away');
    return runs;
  });
  const [first, second] = [ask(), ask()];
  await assert.rejects(first, /away/);
  assert.equal(await second, 2);
  assert.equal(await ask(), 3);
});
