import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, it } from 'node:test';
import { createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { lookAt } from './look.ts';
import type { RemoteCalendar } from './remote.ts';
import * as store from './store.ts';

const SYSTEM = {
  reads: false,
  events: `SELECT key, version, is_gone, is_added, title, '' AS location, now() AS starts_at, now() + interval '1 h' AS ends_at, NULL AS status
    FROM things WHERE owner = $2`,
};
const ADA = 7;

let pool: Db;
/** What was asked of the calendar elsewhere, and what comes of it. */
let asked: string[] = [];
let onPut: () => Promise<boolean> = async () => true;
const calendar: RemoteCalendar = {
  put: async ({ title }, known) => {
    asked.push(`${known ? 'change' : 'make'} ${title}`);
    return await onPut();
  },
  remove: async () => void asked.push('remove'),
  changes: () => assert.fail('nothing is read'),
};

before(async () => {
  pool = createPool(await (await testServer()).database('looks'), { max: 2 });
  for (const schema of ['../../connections/src/schema.sql', 'schema.sql'])
    await pool.query(
      (await readFile(new URL(schema, import.meta.url), 'utf8')).replaceAll('USER_ID', 'integer'),
    );
  await pool.query(
    `CREATE TABLE things (key uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner integer, title text, version integer DEFAULT 1,
       is_gone boolean DEFAULT false, is_added boolean DEFAULT true)`,
  );
});
after(() => pool?.end());

beforeEach(async () => {
  asked = [];
  onPut = async () => true;
  await pool.query(
    `TRUNCATE things, oauth_connections CASCADE;
     INSERT INTO oauth_connections (user_id, provider, account, scopes, access_token) VALUES (${ADA}, 'google', '', '{}', '');
     INSERT INTO calendars (user_id, connection_id, calendar_id) SELECT user_id, id, 'primary' FROM oauth_connections`,
  );
});

const add = (title: string, owner = ADA) =>
  pool.query('INSERT INTO things (title, owner) VALUES ($1, $2)', [title, owner]);
const change = (set: string) => pool.query(`UPDATE things SET version = version + 1, ${set}`);

/** One look, as the queue has it: what was asked in it, and whether all was done. */
async function look(): Promise<[string[], boolean]> {
  asked = [];
  await pool.query('UPDATE calendars SET due_at = now()');
  const [due] = await store.calendars.lease(pool, 1);
  const isAll = await lookAt(pool, SYSTEM, due!, calendar);
  await store.finish(pool, due!, { error: null, isMore: !isAll });
  return [asked, isAll];
}

it('a thing is made once, changed as often as it differs, and removed once', async () => {
  await add('mine');
  await add('another one’s', 8);
  assert.deepEqual(await look(), [['make mine'], true]);
  assert.deepEqual(await look(), [[], true]);
  await change('title = $$a$$');
  await change('title = $$b$$');
  assert.deepEqual(await look(), [['change b'], true]);
  await change('is_gone = true');
  assert.deepEqual(await look(), [['remove'], true]);
  assert.deepEqual(await look(), [[], true]);
});

it('one that is gone before it was there does not come, nor one that is to be added no more; that one is changed where it is', async () => {
  await add('early');
  await look();
  await add('late');
  await pool.query('UPDATE things SET is_added = false');
  assert.deepEqual(await look(), [[], true]);
  await change('title = title || $$!$$');
  assert.deepEqual(await look(), [['change early!'], true]);
  await pool.query('DELETE FROM calendar_events');
  await change('is_gone = true');
  assert.deepEqual(await look(), [[], true]);
});

it('one that its owner has removed there is asked for once more, and then no more', async () => {
  await add('mine');
  await look();
  await change('title = $$a$$');
  onPut = async () => false;
  assert.deepEqual(await look(), [['change a'], true]);
  await change('title = $$b$$');
  assert.deepEqual(await look(), [[], true]);
});

/** A look that is killed when a thing has come there, or before it has. */
async function killedLook(): Promise<void> {
  onPut = async () => {
    throw new Error('killed');
  };
  await assert.rejects(look());
  onPut = async () => true;
  await pool.query('UPDATE calendars SET leased_until = NULL');
}

it('one that may be there is changed where it is and removed, and does not come there late', async () => {
  await add('mine');
  await killedLook();
  // It may be there, and is not to come any more.
  await change('is_added = false');
  onPut = async () => false;
  assert.deepEqual(await look(), [['change mine'], true]);
  assert.deepEqual(await look(), [[], true]);
  await change('is_added = true');
  onPut = async () => true;
  assert.deepEqual(await look(), [['make mine'], true]);
  await add('another');
  await killedLook();
  await change('is_gone = true');
  assert.deepEqual(await look(), [['remove', 'remove'], true]);
  assert.deepEqual(await look(), [[], true]);
});

it('whoever has lost the calendar to another process writes nothing more, and says nothing of it', async () => {
  await add('one');
  await add('two');
  onPut = async () => {
    // As the other one leases it.
    await pool.query('UPDATE calendars SET attempts = attempts + 1, error = $$theirs$$');
    return true;
  };
  assert.equal((await look())[0].length, 1);
  const { rows } = await pool.query('SELECT error, leased_until IS NOT NULL AS leased FROM calendars');
  assert.deepEqual(rows, [{ error: 'theirs', leased: true }]);
});
