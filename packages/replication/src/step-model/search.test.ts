import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from './search.ts';
import type { Limits, Rules } from './world.ts';

/** Larger bounds: STEP_MODEL_MORE=1 allows one write more in each search (a minute or two). */
const MORE = Number(process.env.STEP_MODEL_MORE ?? 0);
const limits = (more: Partial<Limits>): Limits => {
  const all = { writes: 1, strays: 0, fences: 1, kills: 0, losses: 0, ...more };
  return { ...all, writes: all.writes + MORE };
};

/** As the controller makes a step. */
const STEP: Rules = {
  judge: 'committed',
  drains: 'both',
  marksWinner: 'after the loser',
  waitsForRepairs: true,
  reroutes: true,
  announces: true,
  stepsWhileMissed: 'refused',
  strays: 'undone',
};

/** As links make one by themselves: one is held with its backlog, the other holds at a marker. */
const LINKS: Rules = { ...STEP, drains: 'loser', waitsForRepairs: false, strays: 'either wins' };

const holds = (rules: Rules, bounds: Partial<Limits>) => {
  const { fault, path } = search(rules, limits(bounds));
  assert.equal(fault, undefined, path.join('\n'));
};

test('a step loses no acknowledged write and leaves both sides equal, in every order of two writes and more', () => {
  holds(STEP, { writes: 3 });
  holds(STEP, { writes: 2, fences: 2 });
});

test('a step undoes what the wrong side writes before it', () => {
  holds(STEP, { writes: 2, strays: 1 });
  holds(STEP, { writes: 1, strays: 1, fences: 2 });
});

test('links that are killed in the midst of a step go on by the share that was in force', () => {
  holds(STEP, { writes: 2, kills: 1 });
  holds(STEP, { writes: 1, strays: 1, kills: 1 });
});

test('links that lose their logs lose no acknowledged write: rows are verified and repaired before any step', () => {
  holds(STEP, { writes: 3, losses: 1 });
  holds(STEP, { writes: 2, losses: 2 });
  holds(STEP, { writes: 1, strays: 1, losses: 1 });
});

test('links that go on with a backlog end equal, whatever the wrong side writes', () => {
  holds(LINKS, { writes: 3, kills: 1 });
  holds(LINKS, { writes: 2, strays: 1 });
  holds(LINKS, { writes: 1, strays: 1, fences: 2 });
});

const breaks = (rules: Rules, bounds: Partial<Limits>, says: RegExp) =>
  assert.match(search(rules, limits(bounds)).fault ?? 'no fault', says);

test('the model finds it if a change is judged by the share when it is applied', () => {
  breaks({ ...LINKS, judge: 'applied' }, { writes: 3 }, /^b differs/);
});

test('the model finds it if the winning side is marked before it has all of the other', () => {
  breaks({ ...STEP, marksWinner: 'at once' }, { writes: 2 }, /^b differs/);
});

test('the model finds it if a step is made while changes are missed', () => {
  breaks({ ...STEP, stepsWhileMissed: 'made' }, { writes: 2, losses: 1 }, /^acknowledged was/);
});

test('the model finds it if a repair and a step cross', () => {
  breaks({ ...STEP, waitsForRepairs: false, reroutes: false }, { strays: 1 }, /^b differs/);
  breaks({ ...LINKS, reroutes: false }, { strays: 1 }, /^b differs/);
});

test('the model finds it if nobody announces to the service what the forward-only column of its new row is', () => {
  breaks({ ...STEP, announces: false }, { writes: 3 }, /^f differs/);
});
