import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { byDay, callIn, conflictsWith, entriesOf, type Sources } from './entries.ts';

const interview = {
  id: 1,
  application_id: 7,
  title: 'Interview',
  location: '',
  starts_at: '2026-06-02T22:30:00.000Z',
  ends_at: '2026-06-02T23:30:00.000Z',
};
const application = {
  id: 7,
  job_title: 'Analyst',
  company_name: 'Acme',
  applied_at: '2026-06-01T08:00:00.000Z',
};
const NOTHING: Sources = { interviews: [], acting: [], busy: [], applications: [] };
const ALL: Sources = {
  interviews: [interview],
  acting: [
    { ...application, next_action: { id: 3, what: 'Analyst', due_at: interview.starts_at } },
    { ...application, id: 8, next_action: { id: 4, what: 'Call them', due_at: '2026-06-02T10:00:00.000Z' } },
    { ...application, id: 9, next_action: null },
  ],
  busy: [{ title: 'Dentist', starts_at: '2026-06-02T23:00:00.000Z', ends_at: '2026-06-03T00:00:00.000Z' }],
  applications: [application, { ...application, id: 10, applied_at: null }],
};

describe('entries of a calendar', () => {
  it('are in order of time, and an interview is told once', () => {
    assert.deepEqual(
      entriesOf(ALL).map(({ kind, title }) => `${kind}: ${title}`),
      ['applied: Analyst · Acme', 'action: Call them', 'interview: Interview', 'busy: Dentist'],
    );
    assert.deepEqual(entriesOf(NOTHING), []);
  });

  it('lead to a call only where there is one', () => {
    assert.equal(callIn(' https://meet.example.com/a '), 'https://meet.example.com/a');
    for (const text of [
      'javascript:alert(1)',
      'http://meet.example.com',
      'Room 5',
      'https://',
      'https://a b',
    ])
      assert.equal(callIn(text), null, text);
  });

  it('are on the day that it is where the reader is', () => {
    const days = (zone: string) => [
      ...byDay(entriesOf({ ...NOTHING, interviews: [interview] }), zone).keys(),
    ];
    assert.deepEqual(days('UTC'), ['2026-06-02']);
    assert.deepEqual(days('Europe/Berlin'), ['2026-06-03']);
  });

  it('are in conflict with what is at the same time, not with what begins as it ends, nor with themselves', () => {
    const entries = entriesOf(ALL);
    const at = (from: string, to: string, except?: number) =>
      conflictsWith(entries, { from: new Date(from), to: new Date(to), except }).map(
        ({ key }) => key.split('-')[0],
      );
    assert.deepEqual(at('2026-06-02T23:00:00Z', '2026-06-02T23:30:00Z'), ['interview', 'busy']);
    assert.deepEqual(at('2026-06-02T22:30:00Z', '2026-06-02T23:00:00Z', 1), []);
    assert.deepEqual(at('2026-06-03T00:00:00Z', '2026-06-03T01:00:00Z'), []);
  });
});
