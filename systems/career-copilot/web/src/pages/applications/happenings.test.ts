import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOf, happeningsIn, happeningsOf } from './happenings.ts';

const day = (n: number) => `2026-04-0${n}T08:00:00.000Z`;
const NOTE = { id: 1, body: 'Call them', is_private: true, created_at: day(2) };
const step = (id: number, from_status: string | null, to_status: string, created_at: string) => ({
  id,
  from_status,
  to_status,
  note: null,
  created_at,
});
const ALL = happeningsOf({
  steps: [step(1, null, 'saved', day(1)), step(2, 'saved', 'applied', day(3))],
  notes: [NOTE],
  documents: [{ id: 1, name: 'cv.pdf', created_at: day(3) }],
});

test('what happened last stands first, and of one moment what followed', () => {
  assert.deepEqual(
    ALL.map(({ key }) => key),
    ['document-1', 'step-2', 'note-1', 'step-1'],
  );
});

test('an application was in the state of its last step before then', () => {
  assert.deepEqual(asOf(ALL, '2026-03-31T00:00:00.000Z'), { happenings: [], state: null });
  assert.equal(asOf(ALL, day(2)).state, 'saved');
  assert.equal(asOf(ALL, day(2)).happenings.length, 2);
  assert.equal(asOf(ALL, day(4)).state, 'applied');
});

test('what the service tells is named by what there is of it, and by who did it', () => {
  const entry = (what: string, more: object) => ({
    at: day(5),
    what,
    from: null,
    to: null,
    id: null,
    who: '7',
    why: null,
    ...more,
  });
  const happenings = happeningsIn(
    [
      entry('moved', { at: day(1), from: 'applied', to: 'ghosted', why: 'Silence' }),
      entry('note', { at: day(2), id: 1 }),
      entry('contact_removed', { at: day(3), id: 9, who: null }),
      entry('document', { at: day(4), id: 5, who: '8' }),
      entry('painted', {}),
    ],
    {
      notes: [NOTE],
      named: { document: new Map([[5, 'cv.pdf']]), contact: new Map(), next_action: new Map() },
      me: '7',
    },
  );
  const told = happenings.map(({ kind, who, ...more }) => [
    kind,
    who,
    'name' in more ? more.name : 'body' in more ? more.body : 'why' in more ? more.why : null,
  ]);
  assert.deepEqual(told, [
    ['document', 'other', 'cv.pdf'],
    ['contact_removed', null, null],
    ['note', 'me', 'Call them'],
    ['moved', 'me', 'Silence'],
  ]);
});
