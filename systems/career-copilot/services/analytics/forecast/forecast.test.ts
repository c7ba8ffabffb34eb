import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Calibration, makeForecast } from './forecast.ts';
import { intervalOf } from './interval.ts';
import { chanceOf, train } from './logistic.ts';
import { openOnes, type Sent, SILENT_DAYS, samplesOf } from './samples.ts';

const DAY = 86_400_000;
const BEGIN = Date.parse('2026-01-05T09:00:00Z');
const iso = (days: number) => new Date(BEGIN + days * DAY).toISOString();

/** The same numbers each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sent(
  id: number,
  day: number,
  { answer, source = null }: { answer: number | null; source?: string | null },
): Sent {
  return {
    id,
    userId: id % 40,
    companyId: id % 25,
    jobId: id,
    status: answer === null ? 'applied' : 'screening',
    isGhosted: false,
    createdAt: iso(day),
    appliedAt: iso(day),
    source,
    wasThere: false,
    steps: [
      { to: 'applied', at: iso(day) },
      ...(answer === null ? [] : [{ to: 'screening', at: iso(day + answer) }]),
    ],
  };
}

/** Applications over a year of which those by a referral are answered as often as `referral` says, others by `other`. */
function year(seed: number, referral: number, other: number): Sent[] {
  const random = randomOf(seed);
  return Array.from({ length: 1_200 }, (_, id) => {
    const source = random() < 0.4 ? 'referral' : 'job_board';
    const answered = random() < (source === 'referral' ? referral : other);
    return sent(id, (id * 365) / 1_200, { answer: answered ? 1 + random() * 20 : null, source });
  });
}
const NOW = BEGIN + 500 * DAY;

describe('a forecast', () => {
  it('is better than the base rate where there is something to know, and its calibration shows it', () => {
    const { weights, refused, calibration } = makeForecast(samplesOf(year(1, 0.7, 0.15), NOW));
    assert.equal(refused, null);
    assert.ok(calibration!.brier < calibration!.base_rate_brier);
    const waiting = [
      sent(5_000, 499, { answer: null, source: 'referral' }),
      sent(5_001, 499, { answer: null, source: 'job_board' }),
    ];
    const open = openOnes([...year(1, 0.7, 0.15), ...waiting], NOW);
    assert.deepEqual(
      open.map(({ id }) => id),
      [5_000, 5_001],
    );
    const [referred, posted] = open.map(({ features }) => chanceOf(weights!, features));
    assert.ok(referred! > 0.5 && posted! < 0.3, `${referred} ${posted}`);
    // Of what was often said, about as much came.
    for (const { forecasts, said, came } of calibration!.reliability)
      if (forecasts > 200) assert.ok(Math.abs(said - came) < 0.15, `${said} ${came}`);
  });

  it('is refused where there is nothing to know, whatever chance makes it look like', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const samples = samplesOf(year(seed, 0.3, 0.3), NOW).filter((_, at) => at % 5 === 0);
      const shuffled = samples.map(({ appliedAt, answered }, at) => ({
        features: samples[(at * 7 + seed) % samples.length]!.features,
        answered,
        appliedAt,
      }));
      const { weights, refused } = makeForecast(shuffled);
      assert.deepEqual([weights, typeof refused], [null, 'string'], `seed ${seed}`);
    }
  });

  it('is refused while too few outcomes are known', () => {
    const { weights, calibration } = makeForecast(samplesOf(year(1, 0.7, 0.1).slice(0, 20), NOW));
    assert.deepEqual([weights, calibration], [null, null]);
    assert.equal(makeForecast([]).weights, null);
  });
});

describe('what a forecast is made of', () => {
  it('are applications whose end is known: answered, or silent for so long that nobody will', () => {
    const all = [
      sent(1, 0, { answer: 5 }),
      sent(2, 0, { answer: null }),
      sent(3, 100, { answer: null }),
      sent(4, 0, { answer: SILENT_DAYS + 1 }),
    ];
    const samples = samplesOf(all, BEGIN + 110 * DAY);
    const of = (answered: boolean) => samples.filter((one) => one.answered === answered).length;
    assert.deepEqual([of(true), of(false)], [2, 10]);
  });

  it('is never what was not known on the day of applying', () => {
    const answeredLater = [sent(40, 0, { answer: 29 }), sent(80, 10, { answer: 3 })];
    const silentLater = [sent(40, 0, { answer: null }), sent(80, 10, { answer: 3 })];
    const ofSecond = (all: Sent[]) => samplesOf(all, NOW).filter(({ appliedAt }) => appliedAt > BEGIN);
    assert.deepEqual(ofSecond(answeredLater), ofSecond(silentLater));
  });

  it('are chances between 0 and 1, whatever the samples say', () => {
    const sample = fc.record({
      features: fc.tuple(fc.constant(1), fc.double({ min: -5, max: 5, noNaN: true })),
      answered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 50 }), (samples) => {
        const weights = train(samples);
        for (const { features } of samples) {
          const chance = chanceOf(weights, features);
          assert.ok(chance >= 0 && chance <= 1, `${chance}`);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('how sure a chance is', () => {
  const of = (forecasts: number, came: number): Calibration => ({
    trained_on: 100,
    held_out: forecasts,
    brier: 0,
    base_rate: 0,
    base_rate_brier: 0,
    reliability: [{ from: 0.3, to: 0.4, forecasts, said: 0.35, came }],
  });

  it('is what came of forecasts like it, the surer the more there were', () => {
    // Wilson's interval of 3 of 10 and of 300 of 1,000 at 90 %, as statistics packages have it.
    assert.deepEqual(intervalOf(of(10, 0.3), 0.32), { low: 0.13, high: 0.56, like: 10 });
    assert.deepEqual(intervalOf(of(1_000, 0.3), 0.39), { low: 0.28, high: 0.32, like: 1_000 });
  });

  it('is not known where no such forecast was made', () => {
    assert.equal(intervalOf(of(10, 0.3), 0.4), null);
    assert.equal(intervalOf(of(10, 0.3), 1), null);
  });

  it('holds what came, and stays between nothing and all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const came = Math.round(part * n) / n;
        const { low, high } = intervalOf(of(n, came), 0.3)!;
        assert.ok(low >= 0 && high <= 1 && low <= came + 0.005 && high >= came - 0.005);
      }),
    );
  });
});
