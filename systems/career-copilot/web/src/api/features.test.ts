import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  askAgainIn,
  createFeatures,
  DOUBT_MS,
  type Knowledge,
  learn,
  type Probe,
  REMEMBERED_MS,
} from './features.ts';

const SEARCH = 'GET /api/v1/jobs/search';
const SAVED = 'GET /api/v1/jobs/saved-searches';

/** A page with a clock that is set by hand, and a system that has what `there` says; null: nobody answers. `early`: so many ms are timers, as those of browsers may be. */
function pageWith({ there, early = 0 }: { there: boolean | null; early?: number }) {
  const system = { there, asked: 0 };
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const features = createFeatures({
    ask: async (probe: Probe) => {
      system.asked += 1;
      if (system.there === null) throw new Error('nobody answers');
      // As in a page, which hears of each answer.
      features.note(probe, system.there);
      return system.there;
    },
    now: () => now,
    after: (ms, callback) => {
      const timer = { at: now + (ms > early ? ms - early : ms), callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  });
  /** Lets time pass, and what is due happen at its time. */
  const pass = async (ms: number) => {
    const end = now + ms;
    for (;;) {
      const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      now = Math.max(now, due.at);
      timers = timers.filter((each) => each !== due);
      due.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    now = end;
  };
  return { features, system, pass };
}

describe('a feature', () => {
  it('of the monolith is always there, and nobody is asked', async () => {
    const { features, system, pass } = pageWith({ there: false });
    features.watch('GET /api/v1/jobs');
    await pass(REMEMBERED_MS);
    assert.equal(features.state('GET /api/v1/jobs'), 'there');
    assert.equal(system.asked, 0);
  });

  it('is asked for once for its service, again in a moment when it is missing, and after a minute, while somebody wants to know', async () => {
    const { features, system, pass } = pageWith({ there: false });
    const ends = [features.watch(SEARCH), features.watch(SAVED)];
    assert.equal(features.state(SEARCH), 'unknown');
    await pass(0);
    assert.deepEqual(
      [features.state(SEARCH), features.state(SAVED), system.asked],
      ['missing', 'missing', 1],
    );
    await pass(DOUBT_MS);
    assert.equal(system.asked, 2, 'a single answer is not believed for a minute');
    await pass(REMEMBERED_MS - 1);
    assert.equal(system.asked, 2);
    system.there = true;
    await pass(1);
    assert.deepEqual([features.state(SEARCH), system.asked], ['there', 3]);
    for (const end of ends) end();
    await pass(10 * REMEMBERED_MS);
    assert.equal(system.asked, 3);
  });

  it('whose first answer comes from the other side is there again in a moment, and whoever waits for it is told', async () => {
    const { features, pass } = pageWith({ there: true, early: 1 });
    features.watch(SEARCH);
    await pass(0);
    let shown = features.state(SEARCH);
    features.subscribe(() => {
      shown = features.state(SEARCH);
    });
    features.note(SEARCH, false);
    assert.equal(shown, 'missing');
    await pass(DOUBT_MS);
    assert.equal(shown, 'there');
    features.note(SEARCH, false);
    await pass(REMEMBERED_MS - 1);
    assert.equal(shown, 'missing', 'a service without it is not asked for it all the time');
    await pass(1);
    assert.equal(shown, 'there');
  });

  it('is not taken away by a single answer of the other side, and is when it stays away', async () => {
    const { features, system, pass } = pageWith({ there: true });
    features.watch(SEARCH);
    await pass(0);
    let changes = 0;
    features.subscribe(() => changes++);
    for (let i = 0; i < 10; i++) {
      features.note(SEARCH, i % 2 === 0);
      await pass(100);
    }
    assert.deepEqual([features.state(SEARCH), changes > 1], ['there', false]);
    system.there = false;
    await pass(REMEMBERED_MS + 2 * DOUBT_MS);
    features.note(SEARCH, false);
    await pass(DOUBT_MS);
    features.note(SEARCH, false);
    assert.equal(features.state(SEARCH), 'missing');
  });

  it('stays unknown, and is asked for again, while nobody answers', async () => {
    const { features, system, pass } = pageWith({ there: null });
    features.watch(SEARCH);
    await pass(0);
    assert.equal(features.state(SEARCH), 'unknown');
    system.there = true;
    await pass(10_000);
    assert.equal(features.state(SEARCH), 'there');
  });

  it('of one user says nothing of another', async () => {
    const { features, system, pass } = pageWith({ there: true });
    features.watch(SEARCH);
    await pass(0);
    system.there = false;
    features.forget();
    assert.equal(features.state(SEARCH), 'unknown');
    await pass(0);
    assert.equal(features.state(SEARCH), 'missing');
  });

  it('that is there is missing only after it was missed for long enough without a good answer in between', () => {
    const answers = fc.array(fc.record({ isThere: fc.boolean(), after: fc.integer({ min: 0, max: 5_000 }) }));
    fc.assert(
      fc.property(answers, (heard) => {
        let known: Knowledge | undefined = { isThere: true, at: 0, doubtedAt: null };
        let missedSince: number | null = null;
        let now = 0;
        for (const { isThere, after } of heard) {
          now += after;
          const was: boolean = known!.isThere;
          known = learn(known, isThere, now);
          if (isThere) missedSince = null;
          else missedSince ??= now;
          if (was && !known.isThere) assert.ok(missedSince !== null && now - missedSince >= DOUBT_MS);
          if (isThere) assert.ok(known.isThere);
          assert.ok(askAgainIn(known, now) <= REMEMBERED_MS);
        }
      }),
    );
  });
});
