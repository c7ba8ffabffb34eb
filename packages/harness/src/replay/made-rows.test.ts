import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { GONE, MadeRows, type RowNote, THERE } from './made-rows.ts';

const COMMENTS = { load: 'comments', promise: 'row of public.comments' };

function ledger() {
  const notes: RowNote[] = [];
  const rows = new MadeRows((note) => void notes.push(note));
  return { rows, notes, told: () => notes.map(({ key, n, at }) => `${at} ${n} ${key}`) };
}

it('claims that a row is there from its answer on, and that it is gone once that was said too', () => {
  const { rows, told } = ledger();
  rows.made(COMMENTS, '7', ['old-1'], 0);
  const ended = rows.deleting(COMMENTS, ['7']);
  ended('ack', 1);
  assert.deepEqual(told(), [`ack ${THERE} 7`, `try ${GONE} 7`, `ack ${GONE} 7`]);
  // Whoever deletes it again is refused, which says nothing against the first one.
  rows.deleting(COMMENTS, ['7'])('refused', 2);
  assert.equal(told().length, 3);
});

it('claims nothing any more of rows that were made in the name of what is deleted, nor of theirs', () => {
  const { rows } = ledger();
  rows.made(COMMENTS, '7', ['old-1'], 0);
  rows.made(COMMENTS, '8', ['7'], 0);
  rows.made(COMMENTS, '9', ['old-2'], 0);
  rows.deleting(null, ['old-1'])('ack', 1);
  assert.deepEqual(rows.counts(), { known: 1, doubtful: 2 });
});

it('claims nothing of a row that may have been there while something was deleted, whoever was answered first', () => {
  const { rows } = ledger();
  const ended = rows.deleting(null, ['old-1']);
  rows.made(COMMENTS, '7', ['old-1'], 0);
  ended('ack', 5);
  rows.made(COMMENTS, '8', ['old-1'], 4);
  rows.made(COMMENTS, '9', ['old-1'], 6);
  assert.deepEqual(rows.counts(), { known: 1, doubtful: 2 });
});

it('claims nothing of any row when somebody deletes without a name', () => {
  const { rows } = ledger();
  rows.made(COMMENTS, '7', [], 0);
  rows.deleting(null, [])('ack', 1);
  assert.deepEqual(rows.counts(), { known: 0, doubtful: 1 });
});

it('never claims what a system that cascades could have done otherwise', () => {
  const name = fc.constantFrom('a', 'b', 'c', '1', '2', '3', '4');
  const step = fc.oneof(
    fc.record({
      what: fc.constant('make' as const),
      key: fc.constantFrom('1', '2', '3', '4'),
      names: fc.array(name),
    }),
    fc.record({
      what: fc.constant('delete' as const),
      names: fc.array(name, { maxLength: 1 }),
      own: fc.boolean(),
      ended: fc.constantFrom('ack' as const, 'unknown' as const),
      // What no answer tells: whether a deletion whose answer is not clear has run.
      ran: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { rows, notes } = ledger();
      const there = new Map<string, string[]>();
      const made = new Set<string>();
      steps.forEach((each, at) => {
        if (each.what === 'make') {
          if (made.has(each.key)) return; // keys are not given twice
          made.add(each.key);
          there.set(each.key, each.names);
          rows.made(COMMENTS, each.key, each.names, at);
          return;
        }
        const ended = rows.deleting(each.own ? COMMENTS : null, each.names);
        if (each.ended === 'ack' || each.ran) cascade(there, each.names);
        ended(each.ended, at);
      });
      const last = new Map(notes.map((note) => [`${note.key} ${note.n}`, note.at]));
      for (const key of made) {
        const gone = last.get(`${key} ${GONE}`);
        if (gone === undefined || gone === 'refused') assert.ok(there.has(key), `${key} was to be there`);
        if (gone === 'ack') assert.ok(!there.has(key), `${key} was to be gone`);
      }
    }),
    { seed: 11, numRuns: 2_000 },
  );
});

/** As ON DELETE CASCADE does it, by whatever a row refers to; without a name everything goes. */
function cascade(there: Map<string, string[]>, names: readonly string[]): void {
  if (names.length === 0) there.clear();
  const going = [...names];
  for (let name = going.pop(); name !== undefined; name = going.pop()) {
    there.delete(name);
    for (const [key, refers] of there) {
      if (!refers.includes(name)) continue;
      there.delete(key);
      going.push(key);
    }
  }
}
