import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoteIdent } from '@banyan/postgres';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { repair } from '../repair/repair.ts';
import { LIMIT, type Pair, pair, type Running, rowsOf, run, start } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

const THINGS = `CREATE TABLE things (id int PRIMARY KEY, code int NOT NULL UNIQUE, a varchar(20), b text)`;
const mapping = table({ legacy: 'things', columns: [copy('id', 'code', 'a', 'b')] });

async function streaming(): Promise<{ dbs: Pair; running: Running }> {
  const dbs = await pair(THINGS, THINGS, [mapping]);
  await dbs.legacy.query(`INSERT INTO things SELECT i, i, 'a', 'b' FROM generate_series(1, 20) i`);
  return { dbs, running: await start(dbs.config('forward')) };
}

/** The way on that the error names: accepted as it is now, then verified, then repaired. */
async function goOn(dbs: Pair): Promise<Running> {
  const link = openLink(dbs.config('forward'));
  await link.prepare({ acceptLoss: true });
  const running = run(link);
  await until(running, 'streaming');
  await link.barrier(LIMIT);
  const verdict = await verify({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping,
    salt: 'users',
    share: 0,
    allowEmpty: true,
    waitApplied: async () => void (await link.barrier(LIMIT)),
  });
  await repair({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    serviceName: link.config.service,
    mapping,
    share: 0,
    verdict,
  });
  await link.barrier(LIMIT);
  const all = 'SELECT id, code, a, b FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  return running;
}

async function until(running: Running, state: string): Promise<void> {
  while (running.link.status().state !== state) {
    assert.notEqual(running.link.status().state, 'failed', String(running.link.status().lastError));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function close(dbs: Pair, { link, stop }: Running): Promise<void> {
  await stop().catch(() => {});
  await link.drop();
  await dbs.close();
}

test('a publication that is dropped is noticed without a barrier, and what was missed meanwhile is found and repaired', {
  timeout: 300_000,
}, async () => {
  const { dbs, running } = await streaming();
  await running.link.barrier(LIMIT);
  await dbs.legacy.query(`DROP PUBLICATION ${quoteIdent(running.link.names.publication)}`);
  await dbs.legacy.query(
    `INSERT INTO things VALUES (100, 100, 'missed', ''); DELETE FROM things WHERE id = 1`,
  );
  await assert.rejects(running.ended, { code: 'PUBLICATION_CHANGED' });
  assert.equal(running.link.status().state, 'failed');
  await assert.rejects(openLink(dbs.config('forward')).prepare(), { code: 'PUBLICATION_CHANGED' });
  await close(dbs, await goOn(dbs));
});

/** What befalls a table under a stream, each noticed by the next barrier and at the next start. */
const CHANGES: {
  what: string;
  end: 'legacy' | 'service';
  sql: (publication: string) => string;
  code: string;
}[] = [
  {
    what: 'taken out of the publication and put back',
    end: 'legacy',
    sql: (
      name,
    ) => `ALTER PUBLICATION ${name} DROP TABLE things; INSERT INTO things VALUES (200, 200, 'missed', '');
      ALTER PUBLICATION ${name} ADD TABLE things`,
    code: 'PUBLICATION_CHANGED',
  },
  {
    what: 'published in part for a while',
    end: 'legacy',
    sql: (
      name,
    ) => `ALTER PUBLICATION ${name} SET (publish = 'insert'); UPDATE things SET b = 'missed' WHERE id = 3;
      ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`,
    code: 'PUBLICATION_CHANGED',
  },
  {
    what: 'swapped by rename',
    end: 'legacy',
    sql: () => `ALTER TABLE things RENAME TO old_things; CREATE TABLE things (LIKE old_things INCLUDING ALL);
      INSERT INTO things SELECT id, code, a, 'new' FROM old_things WHERE id > 5; DROP TABLE old_things`,
    code: 'TABLE_REPLACED',
  },
  {
    what: 'dropped and made again on the target',
    end: 'service',
    sql: () => `DROP TABLE things; ${THINGS}`,
    code: 'TABLE_REPLACED',
  },
  {
    what: 'with a column dropped and made again',
    end: 'legacy',
    sql: () => `ALTER TABLE things DROP COLUMN b; ALTER TABLE things ADD COLUMN b text DEFAULT 'fresh'`,
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'with a column of another type',
    end: 'legacy',
    sql: () => `ALTER TABLE things ALTER COLUMN a TYPE text`,
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'with two columns that changed names',
    end: 'legacy',
    sql: () =>
      `ALTER TABLE things RENAME a TO x; ALTER TABLE things RENAME b TO a; ALTER TABLE things RENAME x TO b`,
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'with another collation',
    end: 'legacy',
    sql: () => `ALTER TABLE things ALTER COLUMN a TYPE text COLLATE "C"`,
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'with another replica identity',
    end: 'legacy',
    sql: () => 'ALTER TABLE things REPLICA IDENTITY USING INDEX things_code_key1',
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'with the old replica identity',
    end: 'legacy',
    sql: () => 'ALTER TABLE things REPLICA IDENTITY DEFAULT',
    code: 'SCHEMA_CHANGED',
  },
  {
    what: 'inherited from',
    end: 'legacy',
    sql: () => 'CREATE TABLE child () INHERITS (things)',
    code: 'SCHEMA_CHANGED',
  },
];

test('whatever befalls a table under a stream is noticed by the next barrier and refused at the next start', {
  timeout: 300_000,
}, async () => {
  const { dbs, running: first } = await streaming();
  let running = first;
  for (const { what, end, sql, code } of CHANGES) {
    await running.link.barrier(LIMIT);
    const index = `ALTER INDEX IF EXISTS things_code_key RENAME TO things_code_key1`;
    if (what.includes('replica identity')) await dbs.legacy.query(index);
    await dbs[end].query(sql(quoteIdent(running.link.names.publication)));
    await assert.rejects(running.link.barrier(LIMIT), { code }, what);
    await assert.rejects(running.ended, { code }, what);
    await assert.rejects(run(openLink(dbs.config('forward'))).ended, { code }, what);
    // What is never accepted says so.
    const refused = what === 'inherited from' ? 'PREFLIGHT_FAILED' : code;
    await assert.rejects(openLink(dbs.config('forward')).prepare(), { code: refused }, what);
    if (what === 'inherited from') await dbs.legacy.query('DROP TABLE child');
    running = await goOn(dbs);
  }
  // What loses nothing is no reason to stop.
  await dbs.legacy.query('ALTER TABLE things REPLICA IDENTITY FULL; ALTER TABLE things ADD COLUMN extra int');
  await dbs.legacy.query(`UPDATE things SET a = 'full' WHERE id = 7`);
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT a FROM things WHERE id = 7'), [['full']]);
  await close(dbs, running);
});

test('a trigger of the target that comes to fire for links too ends them, and once it is gone no step passes before rows are verified', {
  timeout: 300_000,
}, async () => {
  const { dbs, running } = await streaming();
  await running.link.barrier(LIMIT);
  await dbs.service.query(`
    CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER dropping BEFORE INSERT OR UPDATE OR DELETE ON things FOR EACH ROW EXECUTE FUNCTION drop_row();
    ALTER TABLE things ENABLE ALWAYS TRIGGER dropping`);
  await dbs.legacy.query(
    `INSERT INTO things VALUES (300, 300, 'dropped', '1'); DELETE FROM things WHERE id = 3`,
  );
  const dropped = { code: 'SCHEMA_CHANGED', message: /trigger dropping would change or drop/ };
  await assert.rejects(running.link.barrier(LIMIT), dropped);
  await assert.rejects(running.ended, dropped);
  await assert.rejects(openLink(dbs.config('forward')).prepare(), {
    code: 'PREFLIGHT_FAILED',
    message: /trigger dropping of public.things/,
  });
  await dbs.service.query('ALTER TABLE things ENABLE TRIGGER dropping');
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  const again = run(link);
  await until(again, 'streaming');
  await assert.rejects(link.barrier({ ...LIMIT, hold: true }), { code: 'CHANGES_MISSED' });
  await again.stop();
  const accepted = await goOn(dbs);
  await accepted.link.markRepaired((await accepted.link.missed())!);
  await accepted.link.barrier({ ...LIMIT, hold: true });
  accepted.link.release(0);
  await close(dbs, accepted);
});

test('changes that wait in the log from before an accepted change of the table are applied', {
  timeout: 300_000,
}, async () => {
  const { dbs, running } = await streaming();
  await running.link.barrier(LIMIT);
  await running.stop();
  await dbs.legacy.query(`INSERT INTO things VALUES (300, 300, 'before', '1')`);
  await dbs.legacy.query('ALTER TABLE things ALTER COLUMN b TYPE int USING 2');
  await dbs.legacy.query(`INSERT INTO things VALUES (301, 301, 'after', 3)`);
  await assert.rejects(run(openLink(dbs.config('forward'))).ended, { code: 'SCHEMA_CHANGED' });
  await close(dbs, await goOn(dbs));
});

test('a table that a prepared link gets later is copied', { timeout: 300_000 }, async () => {
  const define = `${THINGS}; CREATE TABLE lists (id int PRIMARY KEY)`;
  const dbs = await pair(`${define}; INSERT INTO lists SELECT generate_series(1, 9)`, define, [mapping]);
  const { stop } = await start(dbs.config('forward'));
  await stop();
  const more = dbs.config('forward', {
    tables: [mapping, table({ legacy: 'lists', columns: [copy('id')] })],
  });
  const running = await start(more);
  await dbs.legacy.query('INSERT INTO lists VALUES (10)');
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM lists'), [['10']]);
  await close(dbs, running);
});
