import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, table } from '../mapping/mapping.ts';
import { tryGuard } from './trial.ts';

const accounts = table({
  legacy: 'accounts',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
  columns: [copy('id'), copy('email')],
});
/** So long that a busy machine changes nothing. */
const PATIENT = { service: 'auth', tables: [accounts], holdMs: 60_000 };

/** A monolith whose tables belong to a role `app`, and a Banyan that has what check asks for. */
async function aMonolith(more = '') {
  const server = await testServer();
  const [app, banyan, url] = await Promise.all([
    server.role('app'),
    server.role('banyan'),
    server.database('monolith'),
  ]);
  const admin = createPool(url, { max: 2 });
  await admin.query(
    `CREATE TABLE accounts (id int PRIMARY KEY, email text);
     CREATE TABLE audit (account int REFERENCES accounts); INSERT INTO accounts VALUES (1, 'a'), (2, 'b'); INSERT INTO audit VALUES (1);
     ${more};
     ALTER TABLE accounts OWNER TO ${app.name}; ALTER TABLE audit OWNER TO ${app.name};
     GRANT CREATE ON SCHEMA public TO ${app.name}; GRANT ${app.name} TO ${banyan.name};
     DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${banyan.name}', current_database()); END $$`,
  );
  const pool = createPool(banyan.url(url), { max: 2 });
  const end = () => Promise.all([admin.end(), pool.end()]);
  return { admin, pool, app, banyan, end };
}

const codes = async (...args: Parameters<typeof tryGuard>) =>
  (await tryGuard(...args)).map(({ code }) => code);

test("the write lock is tried as the owner of the monolith's tables, and nothing of the trial is left", async () => {
  const { admin, pool, end } = await aMonolith(
    `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (2); RETURN NULL; END';
     CREATE TRIGGER noted AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION note()`,
  );
  assert.deepEqual(await tryGuard(pool, PATIENT), []);
  const { rows } = await admin.query(
    `SELECT (SELECT count(*)::int FROM accounts) AS accounts, (SELECT count(*)::int FROM audit) AS audit,
       (SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'banyan%') AS triggers, to_regnamespace('banyan') AS schema`,
  );
  assert.deepEqual(rows, [{ accounts: 2, audit: 1, triggers: 0, schema: null }]);
  await end();
});

test('what fails because the write lock is there is an error with the words of the database', async () => {
  const { pool, end } = await aMonolith(
    `CREATE FUNCTION alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = TG_RELID AND tgname LIKE 'banyan%') THEN RAISE 'strangers on %', TG_TABLE_NAME; END IF;
       RETURN NEW; END $$;
     CREATE TRIGGER alone BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION alone()`,
  );
  const [found, ...others] = await tryGuard(pool, PATIENT);
  assert.deepEqual(others, []);
  assert.deepEqual([found!.code, found!.severity, found!.table], ['trial_write', 'error', 'public.accounts']);
  assert.match(found!.message, /strangers on accounts/);
  await end();
});

test('what fails when the write lock is installed is an error with the words of the database', async () => {
  const { admin, pool, end } = await aMonolith();
  await admin.query(
    `CREATE FUNCTION frozen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no changes on Fridays'; END $$;
     CREATE EVENT TRIGGER frozen ON ddl_command_end WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION frozen()`,
  );
  const [found] = await tryGuard(pool, PATIENT);
  assert.equal(found!.code, 'trial_failed');
  assert.match(found!.message, /no changes on Fridays/);
  await end();
});

test('a role that Banyan may not become is a hint with the GRANT, one that is not there an error', async () => {
  const { admin, pool, banyan, end } = await aMonolith();
  const worker = await (await testServer()).role('worker');
  await admin.query(`GRANT SELECT, UPDATE, DELETE ON accounts TO ${worker.name}`);
  const [found] = await tryGuard(pool, { ...PATIENT, role: worker.name });
  assert.deepEqual([found!.code, found!.severity], ['trial_role', 'hint']);
  const grant = /run (GRANT .*?) for the time/.exec(found!.hint)![1]!;
  assert.ok(grant.includes(banyan.name));
  await admin.query(grant);
  assert.deepEqual(await codes(pool, { ...PATIENT, role: worker.name }), []);
  assert.deepEqual(await codes(pool, { ...PATIENT, role: 'nobody_here' }), ['no_role']);
  await end();
});

test('a table that is being written is left alone: no writer waits for the trial', async () => {
  const { admin, pool, end } = await aMonolith();
  const writer = await admin.connect();
  await writer.query(`BEGIN; UPDATE accounts SET email = 'c' WHERE id = 2`);
  const [found] = await tryGuard(pool, PATIENT);
  assert.deepEqual([found!.code, found!.severity], ['trial_busy', 'hint']);
  await writer.query('ROLLBACK');
  writer.release();
  await admin.query('DELETE FROM audit; DELETE FROM accounts');
  assert.deepEqual(await codes(pool, PATIENT), ['trial_empty']);
  await end();
});
