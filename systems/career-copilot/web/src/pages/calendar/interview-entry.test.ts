import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entryOf, freshEntry, interviewOf, timesOf } from './interview-entry.ts';

const INTERVIEW = {
  id: 1,
  application_id: 7,
  title: 'Interview',
  location: 'Berlin',
  starts_at: '2026-06-02T08:30:00.000Z',
  ends_at: '2026-06-02T09:15:00.000Z',
};

describe('an interview in its form', () => {
  it('is when the clock on the reader’s wall says, and the same moment when it is sent', () => {
    const entry = entryOf(INTERVIEW, 'Europe/Berlin');
    assert.deepEqual(
      { starts: entry.starts, minutes: entry.minutes },
      { starts: '2026-06-02T10:30', minutes: 45 },
    );
    const { id: _, ...sent } = INTERVIEW;
    assert.deepEqual(
      interviewOf({ ...entry, application_id: 7, starts: entry.starts! }, 'Europe/Berlin'),
      sent,
    );
  });

  it('takes as long as is said, also over the change of the clock', () => {
    const times = timesOf({ starts: '2026-03-29T01:30', minutes: 60 }, 'Europe/Berlin')!;
    assert.equal(times.from.toISOString(), '2026-03-29T00:30:00.000Z');
    assert.equal(times.to.toISOString(), '2026-03-29T01:30:00.000Z');
    assert.equal(timesOf({ starts: null, minutes: 60 }, 'Europe/Berlin'), null);
  });

  it('begins at a usual hour of the day that was chosen, or soon if that is over', () => {
    const at = (now: string) => freshEntry({ day: '2026-06-02', application: null, now }).starts;
    assert.equal(at('2026-06-01T15:20:00+02:00[Europe/Berlin]'), '2026-06-02T10:00');
    assert.equal(at('2026-06-02T09:59:00+02:00[Europe/Berlin]'), '2026-06-02T10:00');
    assert.equal(at('2026-06-02T15:20:00+02:00[Europe/Berlin]'), '2026-06-02T16:00');
    assert.equal(at('2026-06-02T23:20:00+02:00[Europe/Berlin]'), '2026-06-03T00:00');
  });
});
