import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { distanceKm } from './distance.ts';
import { bestMatches, MOST_MATCHES, type Provider, type Seeker, scoreOf, THRESHOLD } from './score.ts';
import {
  hourMask,
  sharedMinutes,
  sharedMinutesAtMost,
  type WeekInUtc,
  weekInUtc,
  weeklyMinutes,
} from './weekly-overlap.ts';

const weekdays = (zone: string, from = '09:00', to = '17:00') =>
  weekInUtc(
    { zone, hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from, to })) },
    Date.parse('2026-06-01T00:00:00Z'),
  );

const seeker: Seeker = {
  userId: 's',
  wanted: ['a', 'b'],
  week: weekdays('Europe/Berlin'),
  budget: 20,
  place: { latitude: 52.52, longitude: 13.405 },
};
const provider: Provider = {
  userId: 'p',
  offered: ['a', 'b', 'c'],
  rating: 5,
  week: weekdays('Europe/Berlin'),
  hourlyRate: 20,
  place: { latitude: 48.137, longitude: 11.576 },
};

const weeks = fc.constantFrom(
  ...['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'].map((zone) => weekdays(zone)),
  [],
);
const skills = fc.subarray(['a', 'b', 'c', 'd', 'e']);
const providers = fc.array(
  fc.record({
    userId: fc.uuid(),
    offered: skills,
    rating: fc.option(fc.integer({ min: 10, max: 50 }).map((tenths) => tenths / 10)),
    week: weeks,
    hourlyRate: fc.integer({ min: 0, max: 60 }),
    place: fc.constant(null),
  }),
  { maxLength: 80 },
);

describe('a score', () => {
  it('is 0.4 skills + 0.3 rating + 0.2 availability + 0.1 price', () => {
    assert.deepEqual(scoreOf(seeker, provider), {
      skills: 1,
      rating: 1,
      availability: 1,
      price: 1,
      total: 1,
    });
    const half = {
      ...provider,
      offered: ['a'],
      rating: 4,
      week: weekdays('Europe/Berlin', '13:00', '21:00'),
    };
    assert.deepEqual(scoreOf(seeker, { ...half, hourlyRate: 30 }), {
      skills: 0.5,
      rating: 0.8,
      availability: 0.5,
      price: 0.5,
      total: 0.59,
    });
  });

  it('of who asks no price or states no time takes any', () => {
    const easy = { ...seeker, budget: null, week: [] };
    assert.equal(scoreOf(easy, { ...provider, hourlyRate: 9999 }).total, 1);
    assert.equal(scoreOf(easy, { ...provider, week: [] }).availability, 0);
  });
});

describe('matches', () => {
  it('are above the threshold, the best first, at most fifty, and the same whatever order the providers come in', () => {
    fc.assert(
      fc.property(providers, skills, weeks, (providers, wanted, week) => {
        const looking = { ...seeker, wanted, week };
        const unique = [...new Map(providers.map((one) => [one.userId, one])).values()];
        const matches = bestMatches(looking, unique);
        assert.deepEqual(bestMatches(looking, unique.toReversed()), matches);
        const totals = matches.map(({ score }) => score.total);
        assert.deepEqual(
          totals,
          totals.toSorted((a, b) => b - a),
        );
        assert.ok(totals.every((total) => total > THRESHOLD && total <= 1));
        const above = unique.filter((one) => scoreOf(looking, one).total > THRESHOLD);
        assert.equal(matches.length, Math.min(MOST_MATCHES, above.length));
      }),
      { numRuns: 50 },
    );
  });

  it('of 0.7 are none', () => {
    const edge = { ...provider, rating: 0 as number | null };
    assert.equal(scoreOf(seeker, edge).total, 0.7);
    assert.deepEqual(bestMatches(seeker, [edge]), []);
    assert.equal(bestMatches(seeker, [{ ...edge, rating: 0.01 }]).length, 1);
  });

  it('may be somebody whom nobody has rated yet', () => {
    assert.equal(bestMatches(seeker, [{ ...provider, rating: null }]).length, 1);
  });

  it('are nobody oneself, and nobody who is too far away or says no place', () => {
    assert.equal(bestMatches(seeker, [{ ...provider, userId: 's' }]).length, 0);
    assert.equal(bestMatches(seeker, [provider], { maxDistanceKm: 504 }).length, 0);
    assert.deepEqual(bestMatches(seeker, [provider], { maxDistanceKm: 505 })[0]?.shared, ['a', 'b']);
    assert.equal(bestMatches(seeker, [{ ...provider, place: null }], { maxDistanceKm: 20_000 }).length, 0);
  });
});

describe('a week in UTC', () => {
  it('has as many minutes as the hours, wherever they are', () => {
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata', 'Europe/Berlin']) {
      const hours = [1, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
      const week = weekInUtc({ zone, hours }, 0);
      assert.equal(weeklyMinutes(week), 2 * 24 * 60);
      assert.equal(sharedMinutes(week, week), 2 * 24 * 60);
    }
  });

  it('shares no more than its hours do, and as much where it is made of whole ones', () => {
    const ofSteps = (minutes: number) =>
      fc
        .uniqueArray(fc.integer({ min: 0, max: (7 * 24 * 60) / minutes - 1 }), { maxLength: 20 })
        .map((steps) =>
          steps.sort((a, b) => a - b).map((step) => [step * minutes, (step + 1) * minutes] as const),
        );
    const atMost = (one: WeekInUtc, other: WeekInUtc) => sharedMinutesAtMost(hourMask(one), hourMask(other));
    fc.assert(
      fc.property(ofSteps(60), ofSteps(60), (one, other) => {
        assert.equal(atMost(one, other), sharedMinutes(one, other));
      }),
    );
    fc.assert(
      fc.property(ofSteps(15), ofSteps(15), (one, other) => {
        assert.ok(atMost(one, other) >= sharedMinutes(one, other));
      }),
    );
  });

  it('shares between Berlin and New York the two hours of an afternoon', () => {
    assert.equal(sharedMinutes(weekdays('Europe/Berlin'), weekdays('America/New_York')), 5 * 2 * 60);
  });
});

it('distances are those of the great circle', () => {
  const [berlin, munich] = [seeker.place!, provider.place!];
  assert.equal(Math.floor(distanceKm(berlin, munich)), 504);
  assert.equal(distanceKm(berlin, berlin), 0);
  assert.equal(Math.round(distanceKm({ latitude: 0, longitude: -180 }, { latitude: 0, longitude: 180 })), 0);
  assert.equal(
    Math.round(distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })),
    20_015,
  );
});
