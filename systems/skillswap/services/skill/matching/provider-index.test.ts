import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bestMatches, type Seeker } from '../../../kit/matching/score.ts';
import { localWeek, weekInUtc } from '../../../kit/matching/weekly-overlap.ts';
import { type Candidate, weekOf } from './candidate.ts';
import { type Found, ProviderIndex } from './provider-index.ts';
import { inOrder } from './ranking.ts';

/** One at which Berlin's clock is an hour ahead, and one at which it is two. */
const WINTER = Date.parse('2026-01-15T00:00:00Z');
const SUMMER = Date.parse('2026-07-15T00:00:00Z');
const SKILLS = ['a', 'b', 'c', 'd', 'e'];
/** One of them is half an hour away from the others' whole hours. */
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'];

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
/** Of a day once: hours of one person do not overlap. */
const hours = fc.uniqueArray(
  fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 21 }), fc.integer({ min: 1, max: 3 }))
    .map(([weekday, from, length]) => ({ weekday, from: clock(from), to: clock(from + length) })),
  { maxLength: 3, selector: ({ weekday }) => weekday },
);
const place = fc.option(
  fc.record({
    latitude: fc.integer({ min: -90, max: 90 }),
    longitude: fc.integer({ min: -180, max: 180 }),
  }),
);

/** Few different values, so that many scores are the same and the order is by ids. */
const candidate = (userId: fc.Arbitrary<string>): fc.Arbitrary<Candidate> =>
  fc.record({
    userId,
    fullName: fc.constant('Somebody'),
    headline: fc.constant(null),
    offered: fc.subarray(SKILLS, { minLength: 1 }),
    rating: fc.option(fc.constantFrom(2.5, 3.5, 4.25, 5)),
    hourlyRate: fc.constantFrom(0, 10, 12, 15, 40),
    place,
    zone: fc.constantFrom(...ZONES),
    hours: hours.map(localWeek),
  });

const seekers = fc.record({
  userId: fc.constant('seeker'),
  wanted: fc.subarray(SKILLS),
  budget: fc.option(fc.constantFrom(0, 8, 10, 20)),
  place,
  zone: fc.constantFrom(...ZONES),
  hours,
});

const ids = (most: number) => fc.integer({ min: 0, max: most }).map((n) => (n === 0 ? 'seeker' : `p${n}`));
const asked = fc.record({
  maxDistanceKm: fc.option(fc.constantFrom(0, 500, 5_000, 20_100), { nil: undefined }),
  now: fc.constantFrom(WINTER, SUMMER),
});

/** What of two answers has to be the same. */
const shown = (matches: readonly Pick<Found, 'provider' | 'score' | 'shared' | 'distanceKm'>[]) =>
  matches.map(({ provider, score, shared, distanceKm }) => ({
    userId: provider.userId,
    ...{ score, shared, distanceKm },
  }));

describe('the index of providers', () => {
  it('finds what one would who looks at everybody, whatever was put into it and taken out of it before', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: candidate(ids(120)).map((put) => ({ put })) },
        { weight: 1, arbitrary: ids(120).map((remove) => ({ remove })) },
      ),
      { minLength: 50, maxLength: 300 },
    );
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.tuple(seekers, asked), { minLength: 4, maxLength: 4 }),
        (steps, questions) => {
          const index = new ProviderIndex();
          const all = new Map<string, Candidate>();
          for (const step of steps) {
            if ('put' in step) {
              index.put(step.put);
              all.set(step.put.userId, step.put);
            } else {
              index.remove(step.remove);
              all.delete(step.remove);
            }
          }
          for (const [{ zone, hours, ...stated }, { now, maxDistanceKm }] of questions) {
            const seeker: Seeker = { ...stated, week: weekInUtc({ zone, hours }, now) };
            const providers = [...all.values()].map((one) => ({ ...one, week: weekOf(one, now) }));
            assert.deepEqual(
              shown(index.best(seeker, { maxDistanceKm, now })),
              shown(bestMatches(seeker, providers, { maxDistanceKm })),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a ranking', () => {
  const found = ['a', 'b', 'c'].map((userId) => ({ provider: { userId } }) as unknown as Found);
  const orderOf = (userIds: string[]) => inOrder(found, userIds).map(({ provider }) => provider.userId);

  it('brings nobody in, loses nobody and doubles nobody', () => {
    assert.deepEqual(orderOf(['c', 'x', 'a', 'c']), ['c', 'a', 'b']);
    assert.deepEqual(orderOf([]), ['a', 'b', 'c']);
  });
});
