import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { APPLICATION_STATES } from '../../../api/tracking.ts';
import { count } from './count.ts';
import { type Group, statisticsOf } from './decide.ts';

const group = (state: string, reached: string[], applications = 1, source = 'unknown'): Group => ({
  state,
  reached,
  applications,
  source,
});

it('an answer counts whatever has become of the application, and what was never sent does not', () => {
  const groups = [
    group('saved', ['saved'], 5),
    group('withdrawn', ['saved', 'withdrawn'], 2),
    group('applied', ['applied'], 4, 'job_board'),
    group('ghosted', ['applied', 'interview'], 1, 'referral'),
    group('withdrawn', ['applied', 'screening', 'withdrawn'], 1, 'referral'),
    group('ghosted', ['applied'], 2, 'job_board'),
  ];
  const figures = statisticsOf(groups, [], null);
  assert.deepEqual(
    [
      figures.total,
      figures.sent,
      figures.answered,
      figures.response_rate,
      figures.ghosted_rate,
      figures.active,
    ],
    [15, 8, 2, 0.25, 0.375, 7],
  );
  assert.deepEqual(figures.by_source, [
    { source: 'job_board', sent: 6, answered: 0, response_rate: 0 },
    { source: 'referral', sent: 2, answered: 2, response_rate: 1 },
  ]);
  assert.deepEqual(
    figures.funnel.map(({ stage, reached }) => [stage, reached]),
    [
      ['applied', 8],
      ['screening', 1],
      ['interview', 1],
      ['offer', 0],
      ['accepted', 0],
    ],
  );
});

it('of nobody’s applications there is no rate', () => {
  const { total, response_rate, funnel, time_in_stage } = statisticsOf([], [], null);
  assert.deepEqual(
    [total, response_rate, funnel[0]!.rate, time_in_stage[0]!.median_days],
    [0, null, null, null],
  );
});

it('no rate is above one, and states and sources add up, of whatever there is', () => {
  const state = fc.constantFrom(...APPLICATION_STATES, 'on hold');
  const any = fc.record({
    state,
    source: fc.constantFrom('unknown', 'referral'),
    reached: fc.array(state, { maxLength: 4 }),
    applications: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(any), (groups) => {
      const figures = statisticsOf(groups, [], null);
      for (const rate of [
        figures.response_rate,
        figures.ghosted_rate,
        ...figures.funnel.map((one) => one.rate),
      ])
        assert.ok(rate === null || (rate >= 0 && rate <= 1));
      const known = groups.filter((one) => one.state !== 'on hold');
      const counted = Object.values(figures.by_state).reduce((all, one) => all + (one as number), 0);
      assert.equal(
        counted,
        known.reduce((all, one) => all + one.applications, 0),
      );
      assert.equal(
        figures.sent,
        figures.by_source.reduce((all, one) => all + one.sent, 0),
      );
    }),
  );
});

it('a stage lasts until the next step, or until its application was ghosted, and an answer counts from the sending', () => {
  const applications = {
    id: [1, 2, 3],
    state: ['ghosted', 'interview', 'on hold'],
    source: ['referral', 'referral', 'unknown'],
    ghosted: [9, null, 9],
  };
  const steps = {
    of: [1, 1, 2, 2, 2, 3],
    stage: ['saved', 'applied', 'applied', 'screening', 'interview', 'applied'],
    at: [0, 1, 0, 4, 5, 2],
  };
  const { groups, stays, medianDaysToAnswer } = count(applications, steps);
  assert.deepEqual(groups, [
    { state: 'ghosted', source: 'referral', reached: ['saved', 'applied'], applications: 1 },
    {
      state: 'interview',
      source: 'referral',
      reached: ['applied', 'screening', 'interview'],
      applications: 1,
    },
    { state: 'on hold', source: 'unknown', reached: ['applied'], applications: 1 },
  ]);
  assert.deepEqual(stays, [
    { stage: 'saved', left: 1, average_days: 1, median_days: 1 },
    { stage: 'applied', left: 2, average_days: 6, median_days: 6 },
    { stage: 'screening', left: 1, average_days: 1, median_days: 1 },
  ]);
  assert.equal(medianDaysToAnswer, 4);
});
