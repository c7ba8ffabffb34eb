import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropSlot } from '@banyan/postgres';
import { openLink } from '../link/link.ts';
import { Ownership } from '../link/ownership.ts';
import { copy, merge, table } from '../mapping/mapping.ts';
import { repair } from '../repair/repair.ts';
import {
  type Pair,
  pair,
  type Running,
  rowsOf,
  run,
  setShare,
  settle,
  start,
  streaming,
} from '../testing/support.ts';

/** What docs/replication.md names as the way on of errors whose own tests do not walk it. */

const THINGS = 'CREATE TABLE things (id int PRIMARY KEY, a text)';
const things = table({
  legacy: 'things',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
  columns: [copy('id', 'a')],
});
const NEVER = { signal: new AbortController().signal };
const HALF = 5_000;
const ownership = new Ownership('users', HALF);
const IDS = Array.from({ length: 20 }, (_, index) => index + 1);
const [MONOLITHS, SERVICES] = [false, true].map((service) =>
  IDS.filter((id) => ownership.isService(`${id}`) === service),
) as [number[], number[]];

async function atHalf(legacySql: string, serviceSql: string, mapping = things) {
  const dbs = await pair(legacySql, serviceSql, [mapping]);
  const forward = await start(dbs.config('forward'));
  const link = openLink(dbs.config('reverse'));
  await link.prepare();
  const reverse = run(link);
  await streaming(forward, reverse);
  for (const each of [forward, reverse]) await setShare(each, HALF);
  return { dbs, forward, reverse };
}

async function finish(dbs: Pair, ...links: Running[]): Promise<void> {
  for (const each of links) await each.stop();
  for (const { link } of links) await link.drop();
  await dbs.close();
}

test('TARGET_NOT_EMPTY: emptied, the table is copied', { timeout: 300_000 }, async () => {
  const dbs = await pair(
    `${THINGS}; INSERT INTO things VALUES (1, 'one')`,
    `${THINGS}; INSERT INTO things VALUES (5, 'theirs')`,
    [things],
  );
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  await assert.rejects(link.copy(), { code: 'TARGET_NOT_EMPTY' });
  await dbs.service.query('TRUNCATE things');
  await link.copy();
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things'), [['1', 'one']]);
  await link.drop();
  await dbs.close();
});

test('NOT_PREPARED and COPY_UNFINISHED: prepared and copied, the link streams', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(`${THINGS}; INSERT INTO things VALUES (1, 'one')`, THINGS, [things]);
  const link = openLink(dbs.config('forward'));
  await assert.rejects(link.copy(), { code: 'NOT_PREPARED' });
  await assert.rejects(link.stream(NEVER), { code: 'NOT_PREPARED' });
  await link.prepare();
  const stopped = new AbortController();
  stopped.abort();
  await link.copy({ signal: stopped.signal });
  await assert.rejects(link.stream(NEVER), { code: 'COPY_UNFINISHED' });
  await link.copy();
  const running = run(link);
  await streaming(running);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things'), [['1', 'one']]);
  await finish(dbs, running);
});

test('TARGET_SHAPE: with the column that was missing, the link goes on', { timeout: 300_000 }, async () => {
  const dbs = await pair(THINGS, 'CREATE TABLE things (id int PRIMARY KEY)', [things]);
  const link = openLink(dbs.config('forward'));
  await assert.rejects(link.prepare(), { code: 'TARGET_SHAPE', message: /things/ });
  await dbs.service.query('ALTER TABLE things ADD COLUMN a text');
  const running = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one')`);
  await streaming(running);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things'), [['1', 'one']]);
  await finish(dbs, running);
});

test('COPY_REFUSED: with the share at 0 a table that is new to the plan is copied', {
  timeout: 300_000,
}, async () => {
  const both = `${THINGS}; CREATE TABLE more (id int PRIMARY KEY)`;
  const { dbs, forward, reverse } = await atHalf(both, both);
  await forward.stop();
  await dbs.legacy.query('INSERT INTO more VALUES (1)');
  const tables = [things, table({ legacy: 'more', columns: [copy('id')] })];
  const link = openLink(dbs.config('forward', { tables, share: HALF }));
  await link.prepare();
  await assert.rejects(link.copy(), { code: 'COPY_REFUSED' });
  // Without the new table the link goes on, and a step back can be made.
  const again = run(openLink(dbs.config('forward', { share: HALF })));
  await streaming(again);
  await setShare(reverse, 0);
  await setShare(again, 0);
  await again.stop();
  const larger = await start(dbs.config('forward', { tables }));
  await streaming(larger);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM more'), [['1']]);
  await finish(dbs, larger, reverse);
});

test('APPLY_FAILED of a value that the target can never hold: the row put right, the log given up, both sides end equal at a half share', {
  timeout: 300_000,
}, async () => {
  const { dbs, forward, reverse } = await atHalf(
    'CREATE TABLE things (id int PRIMARY KEY, a varchar(5))',
    THINGS,
  );
  const [first, second] = SERVICES as [number, number];
  await dbs.service.query(`INSERT INTO things VALUES ($1, 'too long'), ($2, 'short')`, [first, second]);
  await assert.rejects(reverse.ended, { code: 'APPLY_FAILED' });
  await dbs.service.query(`UPDATE things SET a = 'fits' WHERE id = $1`, [first]);
  await giveUpLog(dbs, reverse, [first, second], forward);
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT * FROM things'), [
    [`${first}`, 'fits'],
    [`${second}`, 'short'],
  ]);
  await dbs.close();
});

test('TOAST_ABSENT while the service owns rows: with the whole row in the log from now on, the log given up, both sides end equal', {
  timeout: 300_000,
}, async () => {
  const mapping = table({
    legacy: 'docs',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id'), merge(['a', 'b'], 'ab', { separator: '|' })],
  });
  const { dbs, forward, reverse } = await atHalf(
    'CREATE TABLE docs (id int PRIMARY KEY, a text, b text)',
    'CREATE TABLE docs (id int PRIMARY KEY, ab text)',
    mapping,
  );
  const [id] = MONOLITHS as [number];
  await dbs.legacy.query(
    `INSERT INTO docs VALUES ($1, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 500) i), 'x')`,
    [id],
  );
  await streaming(forward);
  await dbs.legacy.query(`UPDATE docs SET b = 'y'`);
  await assert.rejects(forward.ended, { code: 'TOAST_ABSENT' });
  await dbs.legacy.query('ALTER TABLE docs REPLICA IDENTITY FULL');
  await assert.rejects(forward.link.stream(NEVER), { code: 'TOAST_ABSENT' });
  await giveUpLog(dbs, forward, [id], reverse, mapping);
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT md5(ab) FROM docs'),
    await rowsOf(dbs.legacy, `SELECT md5(a || '|' || b) FROM docs`),
  );
  await dbs.close();
});

/** What the log still holds is lost on purpose: the slot is dropped, the loss accepted, and rows are sent again. */
async function giveUpLog(
  dbs: Pair,
  broken: Running,
  ids: number[],
  other: Running,
  mapping = things,
): Promise<void> {
  const { link } = broken;
  await dropSlot(link.config.direction === 'forward' ? dbs.legacy : dbs.service, link.names.slot);
  await link.prepare({ acceptLoss: true });
  const again = run(link);
  await streaming(again);
  await repair({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    serviceName: link.config.service,
    mapping,
    salt: 'users',
    share: HALF,
    keys: ids.map((id) => ({ id: `${id}` })),
  });
  await settle(dbs, again, other);
  await link.markRepaired((await link.missed())!);
  for (const each of [again, other]) {
    await each.stop();
    await each.link.drop();
  }
}
