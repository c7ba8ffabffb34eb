import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatSeconds, longestFirst, type Standing, secondsLeft } from './test-schedule.ts';

const start = (change: Partial<Standing>): Standing => ({
  lanes: 2,
  ended: { expected: 0, took: 0 },
  running: [],
  waiting: [],
  ...change,
});

describe('the schedule of a test run', () => {
  it('starts with the longest file, and names decide between equals', () => {
    assert.deepEqual(longestFirst(['c', 'b', 'a', 'd'], { c: 9, d: 1 }), ['c', 'a', 'b', 'd']);
  });

  it('looks at pages when nothing else is left, but for a story that needs a whole system', () => {
    const [views, gallery, story] = [
      'systems/a/web/views.test.ts',
      'packages/ui/gallery.test.ts',
      'systems/a/web/story.test.ts',
    ];
    const seconds = { [views]: 9, [gallery]: 10, [story]: 8 };
    assert.deepEqual(longestFirst([views, 'b', gallery, story], seconds), [story, 'b', gallery, views]);
  });

  it('deals every file out, once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.dictionary(fc.string(), fc.nat()), (files, seconds) => {
        assert.deepEqual(longestFirst(files, seconds).sort(), files.toSorted());
      }),
    );
  });

  it('expects the end when the last lane has nothing more to do', () => {
    assert.equal(secondsLeft(start({ waiting: [10, 6, 5] })), 11);
    assert.equal(secondsLeft(start({ running: [{ expected: 10, elapsed: 4 }], waiting: [3] })), 6);
    assert.equal(secondsLeft(start({ running: [{ expected: 10, elapsed: 40 }] })), 0);
    assert.equal(secondsLeft(start({})), 0);
  });

  it('learns from what has ended how fast this machine is', () => {
    const slow = start({ ended: { expected: 180, took: 380 }, waiting: [10] });
    assert.equal(secondsLeft(slow), 20);
  });

  it('expects no less than the work that is left, shared by all lanes, and no more than one lane would take', () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 200 }));
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 6 }), (waiting, lanes) => {
        const all = waiting.reduce((sum, each) => sum + each, 0);
        const left = secondsLeft(start({ lanes, waiting }));
        assert.ok(left >= all / lanes - 1e-6 && left <= all, `${left} of ${all}`);
      }),
    );
  });

  it('is told in minutes and seconds', () => {
    assert.deepEqual([0, 59.6, 187].map(formatSeconds), ['0:00', '1:00', '3:07']);
  });
});
