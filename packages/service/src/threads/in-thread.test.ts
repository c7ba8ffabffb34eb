import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inThread } from './in-thread.ts';

const LIMIT = { timeLimitMs: 60_000 };
const moduleOf = (code: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads';${code}`)}`,
  );

it('what a thread posts is what it came to', async () => {
  const doubling = moduleOf('parentPort.postMessage(workerData.number * 2)');
  assert.deepEqual(await inThread(doubling, { number: 21 }, LIMIT), { is: 'done', done: 42 });
});

it('one that does not end, takes too much memory or breaks is ended, and it is said which', async () => {
  const endless = moduleOf('for (;;);');
  const greedy = moduleOf(
    'const all = [1, 2, 3].map(() => Buffer.alloc(64 * 1024 * 1024, 1)); setInterval(() => all.length, 1_000);',
  );
  const broken = moduleOf(`throw new Error('no')`);
  const silent = moduleOf('');
  assert.deepEqual(await inThread(endless, {}, { timeLimitMs: 50 }), { is: 'TOO_SLOW' });
  assert.deepEqual(await inThread(greedy, {}, LIMIT), { is: 'TOO_LARGE' });
  assert.deepEqual(await inThread(broken, {}, LIMIT), { is: 'DIED' });
  assert.deepEqual(await inThread(silent, {}, LIMIT), { is: 'DIED' });
});
