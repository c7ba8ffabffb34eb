import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordedEvent } from '@banyan/events';
import type { ApplicationEvent } from '../decide.ts';
import { asOf, historyOf, type Sources } from './history.ts';

const MINE = { userId: 7, applicationId: 3 };
const day = (n: number) => new Date(Date.UTC(2026, 10, n, 10));
const step = (from_status: string | null, to_status: string, on: number, note: string | null = null) => ({
  from_status,
  to_status,
  note,
  created_at: day(on),
});

/** As the store gives them, each a millisecond after the transaction that it is of began. */
function stream(...events: [ApplicationEvent, on: number, actor?: string][]) {
  return events.map(
    ([event, on, actor], index) =>
      ({
        ...event,
        version: index + 1,
        at: new Date(day(on).getTime() + 1).toISOString(),
        ...(actor === undefined ? {} : { actor }),
      }) as RecordedEvent<ApplicationEvent>,
  );
}
const created = (status: 'saved' | 'interview'): ApplicationEvent => ({
  type: 'ApplicationCreated',
  data: { ...MINE, jobId: 12, status },
});
type State = 'saved' | 'applied' | 'interview' | 'ghosted';
const moved = (from: State, to: State): ApplicationEvent => ({
  type: 'ApplicationStatusChanged',
  data: { ...MINE, from, to },
});

const NOTHING: Sources = { events: [], reasons: new Map(), steps: [], notes: [], documents: [] };
const short = (sources: Partial<Sources>) =>
  historyOf({ ...NOTHING, ...sources }).map(({ what, from, to, who, why, id }) =>
    [what, from, to, who, why, id].filter((value) => value !== null).join(' '),
  );

describe('the history of an application', () => {
  it('tells each step once, with who made it and why', () => {
    const steps = [step(null, 'saved', 1), step('saved', 'applied', 2, 'by post')];
    const events = stream([created('saved'), 1, '7'], [moved('saved', 'applied'), 2, '7']);
    assert.deepEqual(short({ steps, events }), ['created saved 7', 'moved saved applied 7 by post']);
  });

  it('has the steps of before its stream began, by whom nobody knows', () => {
    const steps = [
      step(null, 'saved', 1),
      step('saved', 'applied', 2),
      step('applied', 'interview', 3),
      step('interview', 'offer', 5),
    ];
    const offered: ApplicationEvent = {
      type: 'ApplicationStatusChanged',
      data: { ...MINE, from: 'interview', to: 'offer' },
    };
    assert.deepEqual(short({ steps, events: stream([created('interview'), 4], [offered, 5, 'clerk-7']) }), [
      'created saved',
      'moved saved applied',
      'moved applied interview',
      'moved interview offer clerk-7',
    ]);
  });

  it('has what the monolith has no step for, and does not take an old step for it', () => {
    const steps = [step(null, 'saved', 1), step('saved', 'applied', 2), step('applied', 'interview', 9)];
    const events = stream(
      [{ type: 'ApplicationKnown', data: { ...MINE, jobId: 12, status: 'applied' } }, 5, '7'],
      [moved('applied', 'ghosted'), 5, '7'],
      [moved('ghosted', 'applied'), 7, '7'],
      [moved('ghosted', 'interview'), 9, '7'],
    );
    assert.deepEqual(short({ steps, events, reasons: new Map([[2, 'silence']]) }), [
      'created saved',
      'moved saved applied',
      'moved applied ghosted 7 silence',
      'moved ghosted applied 7',
      'moved applied interview 7',
    ]);
  });

  it('has notes and documents once, be they told of or not', () => {
    const rows = [1, 2].map((id) => ({ id, created_at: day(id) }));
    const events = stream([
      { type: 'ApplicationNoteAdded', data: { applicationId: 3, noteId: 2, isPrivate: true } },
      2,
      '7',
    ]);
    assert.deepEqual(short({ events, notes: rows, documents: rows }), [
      'note 1',
      'document 1',
      'document 2',
      'note 7 2',
    ]);
  });

  it('says what was at any time', () => {
    const steps = [step(null, 'saved', 1), step('saved', 'applied', 2)];
    const contact = (type: 'ContactAdded' | 'ContactRemoved'): ApplicationEvent => ({
      type,
      data: { ...MINE, contactId: 5 },
    });
    const events = stream(
      [created('saved'), 1, '7'],
      [moved('saved', 'applied'), 2, '7'],
      [{ type: 'ApplicationSourceSet', data: { ...MINE, source: 'referral' } }, 2, '7'],
      [contact('ContactAdded'), 3, '7'],
      [{ type: 'NextActionSet', data: { ...MINE, actionId: 4, dueAt: day(9).toISOString() } }, 3, '7'],
      [moved('applied', 'ghosted'), 5, '7'],
      [contact('ContactRemoved'), 6, '7'],
      [{ type: 'NextActionDone', data: { ...MINE, actionId: 4 } }, 6, '7'],
    );
    const all = historyOf({ ...NOTHING, steps, events });
    const was = (on: number) => Object.values(asOf(all, new Date(day(on).getTime() + 1_000)));
    assert.deepEqual(was(0), [null, null, [], null]);
    assert.deepEqual(was(1), ['saved', null, [], null]);
    assert.deepEqual(was(3), ['applied', 'referral', [5], 4]);
    assert.deepEqual(was(5), ['ghosted', 'referral', [5], 4]);
    assert.deepEqual(was(7), ['ghosted', 'referral', [], null]);
  });
});
