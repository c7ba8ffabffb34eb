import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { funnel, stepsOf, summary, weekly } from './answers.ts';
import {
  type Application,
  type Career,
  created,
  forgotten,
  irregular,
  known,
  moved,
  NOBODY,
  registered,
  removed,
  sourceSet,
} from './career.ts';

const AT = '2026-11-02T10:00:00.000Z';
const LATER = '2026-11-09T10:00:00.000Z';
const LAST = '2026-11-20T10:00:00.000Z';
const SAVED = { applicationId: 3, jobId: 12, status: 'saved', createdAt: AT };
const SENT = { ...SAVED, status: 'applied', appliedAt: AT };
const now = (career: Career) => career.applications[3]!;

describe('what is known of a search', () => {
  it('follows an application from when it is made', () => {
    const made = created(NOBODY, SAVED, AT);
    const sent = moved(made, { applicationId: 3, to: 'applied', appliedAt: LATER }, LATER);
    const found = sourceSet(sent, { applicationId: 3, source: 'referral' });
    assert.deepEqual(now(found), {
      jobId: 12,
      status: 'applied',
      isGhosted: false,
      createdAt: AT,
      appliedAt: LATER,
      source: 'referral',
      steps: [
        { to: 'saved', at: AT },
        { to: 'applied', at: LATER },
      ],
      wasThere: false,
    });
    assert.deepEqual(removed(found, { applicationId: 3 }), NOBODY);
  });

  it('takes the time of an event where it does not say when somebody applied, and the first time stays', () => {
    const { createdAt: _, ...old } = SAVED;
    const made = created(NOBODY, old, AT);
    assert.deepEqual([now(made).appliedAt, now(made).createdAt], [null, AT]);
    const sent = moved(made, { applicationId: 3, to: 'applied' }, LATER);
    assert.equal(now(sent).appliedAt, LATER);
    assert.equal(now(moved(sent, { applicationId: 3, to: 'screening' }, LAST)).appliedAt, LATER);
  });

  it('of an application that was there begins with what it is, and keeps what was heard before', () => {
    const unheard = moved(NOBODY, { applicationId: 3, to: 'applied', appliedAt: AT }, AT);
    assert.deepEqual(unheard, NOBODY);
    const there = now(known(unheard, SENT, LATER));
    assert.deepEqual([there.wasThere, there.steps], [true, []]);
    const heard = now(known(created(NOBODY, SAVED, AT), SENT, LATER));
    assert.deepEqual([heard.wasThere, heard.steps.length, heard.status], [false, 1, 'applied']);
  });

  it('has the status that the monolith shows under one that nobody answers any more', () => {
    const ghosted = moved(created(NOBODY, SENT, AT), { applicationId: 3, to: 'ghosted' }, LATER);
    assert.deepEqual([now(ghosted).status, now(ghosted).isGhosted], ['applied', true]);
    const back = moved(ghosted, { applicationId: 3, to: 'applied' }, LAST);
    assert.deepEqual([now(back).isGhosted, now(back).appliedAt], [false, AT]);
  });

  it('keeps a status that nobody knows', () => {
    assert.equal(
      now(irregular(created(NOBODY, SENT, AT), { ...SENT, status: 'lost' }, LATER)).status,
      'lost',
    );
    assert.equal(now(irregular(NOBODY, { ...SENT, status: 'lost' }, LATER)).status, 'lost');
    assert.equal(summary(irregular(NOBODY, { ...SENT, status: 'lost' }, LATER)).total_applications, 0);
  });

  it('is nothing any more when the account was deleted, whatever comes after', () => {
    const gone = forgotten();
    for (const career of [
      created(gone, SAVED, AT),
      known(gone, SAVED, AT),
      registered(gone, AT),
      moved(gone, { applicationId: 3, to: 'applied' }, AT),
    ])
      assert.deepEqual(career, gone);
  });
});

describe('what is told of a search', () => {
  const sent: Application = {
    jobId: 1,
    status: 'rejected',
    isGhosted: false,
    createdAt: AT,
    appliedAt: AT,
    source: null,
    wasThere: true,
    steps: [{ to: 'rejected', at: LATER }],
  };
  const saved = {
    ...sent,
    status: 'saved',
    appliedAt: null,
    wasThere: false,
    steps: [{ to: 'saved', at: AT }],
  };
  const career: Career = { ...NOBODY, applications: { 1: sent, 2: saved } };

  it('counts no step twice that its rows tell again of a new copy, and each of those that nobody had told', () => {
    const heard = [
      { to: 'saved', at: AT },
      { to: 'applied', at: LATER },
    ];
    const past = [
      { to: 'saved', at: AT },
      { to: 'applied', at: '2026-11-09T09:59:59.900Z' },
      { to: 'interview', at: LAST },
    ];
    assert.deepEqual(stepsOf({ steps: heard }, past), past);
    const since = { to: 'applied', at: '2026-11-21T10:00:00.000Z' };
    assert.deepEqual(stepsOf({ steps: [...heard, since] }, past), [...past, since]);
  });

  it('counts an application once for each status that it has come to, with its steps of before', () => {
    const past = new Map([
      [
        1,
        {
          steps: [
            { to: 'applied', at: AT },
            { to: 'interview', at: AT },
            { to: 'rejected', at: LATER },
          ],
        },
      ],
    ]);
    const { stages } = funnel(career, past);
    assert.deepEqual(
      stages.map(({ stage, count, rate }) => [stage, count, rate]),
      [
        ['applied', 1, 1],
        ['screening', 0, 0],
        ['interview', 1, 1],
        ['offer', 0, 0],
        ['accepted', 0, 0],
      ],
    );
    assert.deepEqual(summary(career).response_rate, 1);
  });

  it('shows the last twelve weeks in which somebody applied, the latest first', () => {
    const day = (n: number) => new Date(Date.parse('2026-01-05T00:00:00Z') + n * 86_400_000).toISOString();
    const applications = Object.fromEntries(
      Array.from({ length: 15 }, (_, week) => [week, { ...sent, appliedAt: day(week * 7 + (week % 7)) }]),
    );
    const { weeks } = weekly({ ...NOBODY, applications }, 'UTC');
    assert.equal(weeks.length, 12);
    assert.deepEqual(weeks[0], { week: '2026-04-13', applications: 1 });
  });
});
