import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { hash } from '@node-rs/bcrypt';
import { type AuditReader, audit } from './audit.ts';
import { type Entry, marker, markerNumber, openJournal, passwordOf, readJournal } from './journal.ts';

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

const NOTHING: AuditReader = {
  headlines: async () => new Map(),
  accounts: async () => new Map(),
  passwordHashes: async () => new Map(),
  refreshTokens: async () => new Map(),
};

const profile = (at: 'try' | 'ack' | 'refused' | 'unknown', n: number): Entry => ({
  at,
  kind: 'profile',
  user: 7,
  n,
});

async function auditProfile(there: string | null, ...entries: Entry[]) {
  const read = { ...NOTHING, headlines: async () => new Map([[7, there]]) };
  const { acknowledged, found, lost, resurrected } = await audit({ journal: journalOf(...entries), read });
  return { acknowledged, found, lost, resurrected };
}

describe('an audit of profiles', () => {
  const two = [profile('try', 1), profile('ack', 1), profile('try', 2), profile('ack', 2)];

  it('finds the last acknowledged value and all that it replaced', async () => {
    const result = await auditProfile('h-7-2', ...two);
    assert.deepEqual(result, { acknowledged: 2, found: 2, lost: 0, resurrected: 0 });
  });

  it('misses what an older value hides', async () => {
    const result = await auditProfile('h-7-1', ...two);
    assert.deepEqual(result, { acknowledged: 2, found: 1, lost: 1, resurrected: 0 });
  });

  it('misses all of them where the value is from before, of somebody else or gone', async () => {
    for (const there of ['Senior Engineer', 'h-8-2', null]) {
      assert.equal((await auditProfile(there, ...two)).lost, 2);
    }
  });

  it('takes a later write without a clear answer, done or not', async () => {
    const unclear = [...two, profile('try', 3), profile('unknown', 3)];
    const cut = [...two, profile('try', 3)];
    for (const entries of [unclear, cut]) {
      for (const there of ['h-7-2', 'h-7-3']) {
        assert.deepEqual(await auditProfile(there, ...entries), {
          acknowledged: 2,
          found: 2,
          lost: 0,
          resurrected: 0,
        });
      }
    }
  });

  it('does not take a write that was refused', async () => {
    const result = await auditProfile('h-7-3', ...two, profile('try', 3), profile('refused', 3));
    assert.equal(result.resurrected, 1);
  });
});

describe('an audit of registrations', () => {
  const email = 'new@load.example.com';
  const tried: Entry = { at: 'try', kind: 'register', email };
  const acked: Entry = { at: 'ack', kind: 'register', email, user: 9, token: 'aa' };
  const tokens = async () => new Map([['aa', { rows: 1, revoked: false }]]);

  it('finds it once, under the id that was told', async () => {
    const read = { ...NOTHING, accounts: async () => new Map([[email, [9]]]), refreshTokens: tokens };
    const { lost, doubled, found } = await audit({ journal: journalOf(tried, acked), read });
    assert.deepEqual({ lost, doubled, found }, { lost: 0, doubled: 0, found: 2 });
  });

  it('notices one that is there twice, under another id, or not at all', async () => {
    const journal = journalOf(tried, acked);
    const withIds = async (ids: number[]) =>
      await audit({
        journal,
        read: { ...NOTHING, accounts: async () => new Map([[email, ids]]), refreshTokens: tokens },
      });
    assert.equal((await withIds([9, 10])).doubled, 1);
    assert.equal((await withIds([10])).lost, 1);
    assert.equal((await withIds([])).lost, 1);
  });

  it('does not mind one without an answer, but one that was refused', async () => {
    const read = { ...NOTHING, accounts: async () => new Map([[email, [9]]]) };
    const unknown = journalOf(tried, { at: 'unknown', kind: 'register', email });
    const refused = journalOf(tried, { at: 'refused', kind: 'register', email });
    assert.equal((await audit({ journal: unknown, read })).resurrected, 0);
    assert.equal((await audit({ journal: refused, read })).resurrected, 1);
  });
});

describe('an audit of sessions and passwords', () => {
  it('notices a session that is gone and one that lives on after its end', async () => {
    const journal = journalOf(
      { at: 'ack', kind: 'session', user: 7, token: 'gone' },
      { at: 'ack', kind: 'session', user: 7, token: 'next', from: 'exchanged' },
      { at: 'ack', kind: 'logout', token: 'out' },
      { at: 'unknown', kind: 'logout', token: 'perhaps' },
    );
    const refreshTokens = async () =>
      new Map([
        ['next', { rows: 1, revoked: false }],
        ['exchanged', { rows: 1, revoked: false }],
        ['out', { rows: 1, revoked: true }],
        ['perhaps', { rows: 1, revoked: false }],
      ]);
    const { acknowledged, found, lost, resurrected } = await audit({
      journal,
      read: { ...NOTHING, refreshTokens },
    });
    assert.deepEqual(
      { acknowledged, found, lost, resurrected },
      { acknowledged: 4, found: 2, lost: 1, resurrected: 1 },
    );
  });

  it('knows which password is the one that lets in', async () => {
    const change = (at: 'try' | 'ack', n: number): Entry => ({ at, kind: 'password', user: 7, n });
    const journal = journalOf(change('try', 1), change('ack', 1), change('try', 2), change('ack', 2));
    const withPassword = async (password: string) =>
      await audit({
        journal,
        read: { ...NOTHING, passwordHashes: async () => new Map([[7, await hash(password, { cost: 4 })]]) },
      });
    assert.equal((await withPassword(passwordOf(7, 2))).lost, 0);
    assert.equal((await withPassword(passwordOf(7, 1))).lost, 1);
    assert.equal((await withPassword('something else')).lost, 2);
  });
});

describe('a journal', () => {
  it('is read up to a line that was cut off', async () => {
    const file = join(directory, 'cut.jsonl');
    writeFileSync(file, `${JSON.stringify(profile('ack', 1))}\n{"at":"ack","kind":"pro`);
    const entries: Entry[] = [];
    for await (const entry of readJournal(file)) entries.push(entry);
    assert.deepEqual(entries, [profile('ack', 1)]);
  });

  it('gives each write a value of its own', () => {
    assert.equal(markerNumber(7, marker(7, 12)), 12);
    assert.equal(markerNumber(7, marker(77, 12)), 0);
    assert.equal(markerNumber(7, 'h-7-12 and more'), 0);
    assert.equal(markerNumber(7, null), 0);
  });
});
