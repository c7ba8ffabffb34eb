import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StepRecord } from '@banyan/banyan/operate';
import { factSpans } from './fact-spans.ts';

/** Steps in order, each with when it began and ended, in seconds. */
function steps(
  ...told: [from: string, to: string, began: number, ended: number, more?: Partial<StepRecord>][]
) {
  return told.map(
    ([from, to, began, ended, more], id): StepRecord => ({
      id,
      service: 'auth',
      from,
      to,
      outcome: 'done',
      fenceMs: null,
      reason: '',
      startedAt: new Date(began * 1_000).toISOString(),
      endedAt: new Date(ended * 1_000).toISOString(),
      ...more,
    }),
  );
}

const FENCED = { fenceMs: 12 };
const INTERRUPTED = { outcome: 'failed' } as const;
const there = steps(
  ['monolith', 'copying', 10, 11],
  ['copying', 'shadowing', 20, 21],
  ['shadowing', 'canary 10%', 30, 31, FENCED],
);

it('all is told from behind the copy on, for as long as the service stays', () => {
  assert.deepEqual(factSpans(there, false), {
    begins: 10_000,
    certain: [{ from: 21_000, to: Number.POSITIVE_INFINITY }],
  });
  assert.deepEqual(factSpans([...there].reverse(), false), factSpans(there, false));
});

it('of a service that is back at the monolith, what was done before the step back, whose link was drained; of its next stay all again', () => {
  const back = steps(
    ['canary 10%', 'shadowing', 40, 41, FENCED],
    ['shadowing', 'monolith', 42, 43],
    ['monolith', 'copying', 50, 51],
    ['copying', 'shadowing', 60, 61],
  ).map((step) => ({ ...step, id: step.id + there.length }));
  assert.deepEqual(factSpans([...there, ...back.slice(0, 2)], true).certain, [{ from: 21_000, to: 42_000 }]);
  assert.deepEqual(factSpans([...there, ...back], false).certain, [
    { from: 21_000, to: 42_000 },
    { from: 61_000, to: Number.POSITIVE_INFINITY },
  ]);
});

it('of a service whose link was dropped before it was drained, only what its last fence has waited for', () => {
  const back = steps(
    ['canary 10%', 'shadowing', 40, 41, FENCED],
    ['shadowing', 'monolith', 42, 43],
    ['monolith', 'monolith', 44, 44, { outcome: 'failed', reason: 'dropped before it had brought all' }],
  ).map((step) => ({ ...step, id: step.id + there.length }));
  assert.deepEqual(factSpans([...there, ...back], true).certain, [{ from: 21_000, to: 40_000 }]);
});

it('nothing is certain of a service that never left, never got behind the copy, or never came to a fence before it went back', () => {
  assert.deepEqual(factSpans([], true), { begins: Number.POSITIVE_INFINITY, certain: [] });
  assert.deepEqual(factSpans(there.slice(0, 1), false).certain, []);
  assert.deepEqual(factSpans(there.slice(0, 2), true).certain, []);
});

it('a step whose controller died counts by where the next one left from', () => {
  const died = steps(
    ['monolith', 'copying', 10, 11, INTERRUPTED],
    ['copying', 'shadowing', 20, 21, INTERRUPTED],
    ['shadowing', 'canary 10%', 30, 31, INTERRUPTED],
  );
  assert.deepEqual(factSpans(died, false).certain, [{ from: 30_000, to: Number.POSITIVE_INFINITY }]);
  assert.deepEqual(factSpans(died, true).certain, []);
});
