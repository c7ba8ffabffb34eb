import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ProcessTime } from '../packages/harness/src/tour/processor-time.ts';
import { startCountingFiles } from './processor-time.ts';

const SELF = 1;
const SERVER = 2;

/** Processes, of which the first has ended children of so many ms, and the second is a server with a process of its own. */
const at = (endedMs: number, serverMs: number): ProcessTime[] => [
  { pid: SELF, parent: 0, ownMs: 100, endedMs },
  { pid: SERVER, parent: SELF, ownMs: 10, endedMs: serverMs / 2 },
  { pid: 3, parent: SERVER, ownMs: serverMs / 2, endedMs: 0 },
];

it('a file used what was added when its process was waited for, and what its server used meanwhile', () => {
  let now = at(500, 0);
  const counting = startCountingFiles(() => now, SELF);
  const [first, second] = [counting.ofFile(SERVER), counting.ofFile(undefined)];
  now = at(2_500, 1_000);
  assert.equal(first(), 3);
  now = at(3_000, 9_000);
  assert.equal(second(), 0.5);
  assert.equal(counting.ofRun(), (100 + 3_000 + 10 + 9_000) / 1_000);
});

it('nothing is said where the system does not tell', () => {
  const counting = startCountingFiles(() => [], SELF);
  assert.equal(counting.ofFile(SERVER)(), undefined);
  assert.equal(counting.ofRun(), undefined);
});
