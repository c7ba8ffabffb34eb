import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type pg from 'pg';
import { type Entry, openJournal, readJournal } from '../load/journal.ts';
import { ended, latest, once, type Promised } from '../load/load.ts';
import { audit } from './audit.ts';

const directory = mkdtempSync(join(tmpdir(), 'audit-'));
after(() => rmSync(directory, { recursive: true }));

let files = 0;

function journalOf(...entries: Entry[]): string {
  const file = join(directory, `${++files}.jsonl`);
  const journal = openJournal(file);
  for (const entry of entries) journal.write(entry);
  journal.close();
  return file;
}

const entry = (at: Entry['at'], more: Partial<Entry> = {}): Entry => ({
  at,
  ms: 0,
  load: 'shop',
  promise: 'it',
  key: 7,
  ...more,
});

/** No database: what is there is said by the test. */
async function auditOf(it: Promised, entries: Entry[] | string) {
  const {
    problems,
    balances: _,
    ...counts
  } = await audit({
    journal: typeof entries === 'string' ? entries : journalOf(...entries),
    loads: new Map([['shop', { promises: { it } }]]),
    sides: new Map([['shop', { side: 'monolith', database: null as unknown as pg.Pool }]]),
  });
  assert.equal(problems.length, counts.lost + counts.doubled + counts.resurrected);
  return counts;
}

const NONE = { acknowledged: 0, found: 0, lost: 0, doubled: 0, resurrected: 0 };

it('what the monolith never has is looked for on the service alone', async () => {
  const entries = [entry('try'), entry('ack')];
  const nowhere = { service: async () => assert.fail('it is the monolith that is asked') };
  for (const it of [latest(nowhere), once(nowhere), ended(nowhere)])
    assert.deepEqual(await auditOf(it, entries), NONE);
});

describe('a value that later writes replace', () => {
  const two = [1, 2].flatMap((n) => [entry('try', { n }), entry('ack', { n })]);
  const seen = async (there: number | undefined, entries: Entry[]) => {
    const find = async () => new Map(there === undefined ? [] : [['7', there]]);
    return await auditOf(latest({ monolith: find, service: find }), entries);
  };

  it('is found with all that it replaced', async () => {
    assert.deepEqual(await seen(2, two), { ...NONE, acknowledged: 2, found: 2 });
  });

  it('may be taken away while it is looked for, if that was asked for, but not by itself', async () => {
    const lookedFor = async (meanwhile: Entry[]) => {
      const file = journalOf(entry('try', { n: 1 }), entry('ack', { n: 1 }));
      const find = async () => {
        for (const one of meanwhile) appendFileSync(file, `${JSON.stringify(one)}\n`);
        return new Map([['7', 0]]);
      };
      return await auditOf(latest(find, { gone: 2 }), file);
    };
    assert.deepEqual(await lookedFor([entry('try', { n: 2 })]), { ...NONE, acknowledged: 1, found: 1 });
    for (const meanwhile of [[], [entry('try', { n: 3 })], [entry('try', { n: 2, key: 8 })]])
      assert.deepEqual(await lookedFor(meanwhile), { ...NONE, acknowledged: 1, lost: 1 });
  });

  it('is missed where an older one, one from before or none is there', async () => {
    assert.deepEqual(await seen(1, two), { ...NONE, acknowledged: 2, found: 1, lost: 1 });
    for (const there of [0, -1, undefined]) assert.equal((await seen(there, two)).lost, 2);
  });

  it('may be a later one without a clear answer, but not one that was refused', async () => {
    const unclear = [...two, entry('try', { n: 3 }), entry('unknown', { n: 3 })];
    const cut = [...two, entry('try', { n: 3 })];
    for (const entries of [unclear, cut]) {
      for (const there of [2, 3])
        assert.deepEqual(await seen(there, entries), { ...NONE, acknowledged: 2, found: 2 });
    }
    const refused = [...two, entry('try', { n: 3 }), entry('refused', { n: 3 })];
    assert.equal((await seen(3, refused)).resurrected, 1);
  });
});

describe('a row that a write made', () => {
  const seen = async (there: Array<string | number>, ...entries: Entry[]) => {
    const find = async () => new Map([['7', there]]);
    return await auditOf(once({ monolith: find, service: find }), [entry('try'), ...entries]);
  };

  it('is found once, as what was told', async () => {
    assert.deepEqual(await seen([9], entry('ack', { value: 9 })), { ...NONE, acknowledged: 1, found: 1 });
    assert.deepEqual(await seen(['9'], entry('ack')), { ...NONE, acknowledged: 1, found: 1 });
  });

  it('is noticed when it is there twice, as something else, or not at all', async () => {
    const acked = entry('ack', { value: 9 });
    assert.deepEqual(await seen([9, 10], acked), { ...NONE, acknowledged: 1, found: 1, doubled: 1 });
    assert.deepEqual(await seen([10], acked), { ...NONE, acknowledged: 1, lost: 1 });
    assert.deepEqual(await seen([], acked), { ...NONE, acknowledged: 1, lost: 1 });
  });

  it('may be there or not without a clear answer, but not when it was refused', async () => {
    for (const there of [[], [9]]) assert.deepEqual(await seen(there, entry('unknown')), NONE);
    assert.deepEqual(await seen([9], entry('refused')), { ...NONE, resurrected: 1 });
  });
});

it('what was ended is noticed when it is still good, unless the end was unclear', async () => {
  const find = async () => new Set(['7', '8']);
  const promised = ended({ monolith: find, service: find });
  const counts = await auditOf(promised, [
    entry('ack'),
    entry('unknown', { key: 8 }),
    entry('ack', { key: 9 }),
  ]);
  assert.deepEqual(counts, { ...NONE, acknowledged: 2, found: 1, resurrected: 1 });
});

it('a journal is read up to a line that was cut off', async () => {
  const file = join(directory, 'cut.jsonl');
  writeFileSync(file, `${JSON.stringify(entry('ack'))}\n{"at":"ack","load":"sh`);
  const entries: Entry[] = [];
  for await (const one of readJournal(file)) entries.push(one);
  assert.deepEqual(entries, [entry('ack')]);
});

it('figures that are to be 0 at every moment are read where the load is, and complained of when they are not', async () => {
  const balances = {
    ledger: {
      monolith: async (_: pg.Pool, databaseOf: (service: string) => unknown) => {
        assert.deepEqual(
          [databaseOf('bank'), databaseOf('shop'), databaseOf('post')],
          [bank, undefined, undefined],
        );
        return { sum: 2, below: 0 };
      },
      service: async () => assert.fail('not there'),
    },
  };
  const bank = {} as pg.Pool;
  const result = await audit({
    journal: journalOf(),
    loads: new Map([['shop', { balances }]]),
    sides: new Map([
      ['shop', { side: 'monolith', database: null as unknown as pg.Pool }],
      ['bank', { side: 'service', database: bank }],
    ]),
  });
  assert.deepEqual(result.balances, { ledger: { sum: 2, below: 0 } });
  assert.deepEqual(result.problems, ['ledger: sum is 2 and not 0']);
});
