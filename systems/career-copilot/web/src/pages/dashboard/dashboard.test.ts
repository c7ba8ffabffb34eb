import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { entriesOf } from '../calendar/entries.ts';
import { lastWeeks, peakOf, trendOf, WEEKS } from './activity.ts';
import { dashboardSearch } from './search.ts';
import { tasksOf } from './tasks.ts';

const NOW = new Date('2026-06-03T10:00:00Z');
const BERLIN = { now: NOW, zone: 'Europe/Berlin' };

describe('what waits for somebody', () => {
  const interview = (id: number, starts: string, ends: string) => ({
    id,
    application_id: id,
    title: `Interview ${id}`,
    location: '',
    starts_at: starts,
    ends_at: ends,
  });
  const acting = (id: number, due_at: string) => ({
    id,
    job_title: 'Analyst',
    company_name: 'Acme',
    applied_at: null,
    next_action: { id, what: `Do ${id}`, due_at },
  });
  const entries = entriesOf({
    interviews: [
      interview(1, '2026-06-03T09:30:00Z', '2026-06-03T10:30:00Z'),
      interview(2, '2026-06-02T08:00:00Z', '2026-06-02T09:00:00Z'),
      interview(3, '2026-06-30T22:30:00Z', '2026-06-30T23:30:00Z'),
    ],
    acting: [acting(7, '2026-06-01T08:00:00Z'), acting(8, '2026-06-04T08:00:00Z')],
    busy: [{ title: 'Dentist', starts_at: '2026-06-03T12:00:00Z', ends_at: '2026-06-03T13:00:00Z' }],
    applications: [],
  });

  it('are interviews that are not over, and actions, the overdue first; what else is in the calendar is not', () => {
    const tasks = tasksOf(entries, {}, BERLIN);
    assert.deepEqual(
      tasks.map((task) => ['title' in task && task.title, 'isOverdue' in task && task.isOverdue, task.path]),
      [
        ['Do 7', true, '/applications/7'],
        ['Interview 1', false, '/calendar?month=2026-06&day=2026-06-03'],
        ['Do 8', false, '/applications/8'],
        // The day of who looks.
        ['Interview 3', false, '/calendar?month=2026-07&day=2026-07-01'],
      ],
    );
  });

  it('are offers, jobs that were saved, and interviews of which no time is known', () => {
    const byStatus = { offer: 1, interview: 2, saved: 3, applied: 9 };
    const kinds = (some: typeof entries) => tasksOf(some, byStatus, BERLIN).map(({ kind }) => kind);
    assert.deepEqual(kinds([]), ['offers', 'interviews', 'saved']);
    assert.deepEqual(kinds(entries).slice(-2), ['offers', 'saved']);
    assert.deepEqual(tasksOf([], { offer: 0 }, BERLIN), []);
  });
});

describe('activity', () => {
  it('has a place for each of the last weeks', () => {
    const weeks = lastWeeks(
      [
        { week: '2026-06-01', applications: 2 },
        { week: '2026-05-11', applications: 5 },
        { week: '2025-01-06', applications: 9 },
      ],
      '2026-06-03',
    );
    assert.deepEqual(weeks.at(-1), { period: '2026-06-01', count: 2 });
    assert.deepEqual(weeks.at(-4), { period: '2026-05-11', count: 5 });
    assert.equal(weeks[0]!.period, '2026-03-16');
    assert.deepEqual(peakOf(weeks), { total: 7, most: 5, period: '2026-05-11' });
  });

  it('ends with a week that has begun elsewhere already', () => {
    const weeks = lastWeeks([{ week: '2026-06-08', applications: 1 }], '2026-06-07');
    assert.deepEqual(weeks.at(-1), { period: '2026-06-08', count: 1 });
  });

  it('has as many weeks whatever the day, a week apart', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (day) => {
          const weeks = lastWeeks([], day.toISOString().slice(0, 10)).map(({ period }) => Date.parse(period));
          assert.equal(weeks.length, WEEKS);
          for (const [at, week] of weeks.entries()) {
            assert.equal(new Date(week).getUTCDay(), 1);
            if (at > 0) assert.equal(week - weeks[at - 1]!, 7 * 86_400_000);
          }
          assert.ok(weeks.at(-1)! <= day.getTime() && day.getTime() < weeks.at(-1)! + 7 * 86_400_000);
        },
      ),
    );
  });

  it('is compared with as long before', () => {
    const points = [4, 0, 0, 0, 3, 3, 0, 0].map((count, at) => ({ period: String(at), count }));
    assert.equal(trendOf(points), 0.5);
    assert.equal(trendOf(points.slice(4)), null);
    assert.equal(peakOf([]), null);
    assert.equal(peakOf([{ period: 'a', count: 0 }]), null);
  });
});

it('an address that is not understood shows what is shown without it', () => {
  assert.deepEqual(dashboardSearch({ metric: 'answered', unit: 'day' }), { metric: 'answered', unit: 'day' });
  assert.deepEqual(dashboardSearch({ metric: 'applied', unit: 'week' }), {});
  assert.deepEqual(dashboardSearch({ metric: ['answered'], unit: 7 }), {});
});
