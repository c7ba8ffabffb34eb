import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import pg from 'pg';
import { createPool } from '../pool.ts';
import { startEmbedded } from './embedded.ts';
import { emptyServer } from './empty-server.ts';
import { scratchFolder } from './scratch-server.ts';

const LEFT = `
  SELECT 'database ' || datname AS left FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')
  UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'
  UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
  UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
  UNION ALL SELECT 'session ' || coalesce(datname, 'walsender') FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')
  UNION ALL SELECT 'setting ' || setdatabase || ' ' || setrole FROM pg_db_role_setting
  UNION ALL SELECT 'work_mem ' || setting FROM pg_settings WHERE name = 'work_mem' AND setting <> boot_val`;

test('a server is as good as new after users who left all that one can leave', async (t) => {
  const directory = scratchFolder('banyan-empty-');
  const server = await startEmbedded({ directory, settings: { fsync: 'off' } });
  t.after(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const left = async () => {
    const client = new pg.Client({ connectionString: server.url() });
    await client.connect();
    const { rows } = await client.query<{ left: string }>(LEFT);
    await client.end();
    return rows.map((row) => row.left);
  };
  const pool = createPool(await server.createDatabase('theirs "quoted"'), { max: 2 });
  pool.on('error', () => {});
  for (const sql of [
    `CREATE ROLE "a reader" LOGIN`,
    `CREATE TABLE t (id int)`,
    `GRANT SELECT ON t TO "a reader"`,
    `GRANT CONNECT ON DATABASE postgres TO "a reader"`,
    `ALTER ROLE postgres SET statement_timeout = '77s'`,
    `ALTER ROLE ALL SET DateStyle = 'German'`,
    `SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')`,
    `SELECT pg_create_physical_replication_slot('other')`,
    `SELECT pg_replication_origin_create('theirs')`,
    `ALTER SYSTEM SET work_mem = '1MB'`,
    `SELECT pg_reload_conf()`,
  ])
    await pool.query(sql);
  const session = await pool.connect();
  session.on('error', () => {});
  await session.query('BEGIN; LOCK t');

  await emptyServer(server.url());

  let found = await left();
  // Settings are read again when the server gets to it.
  while (found.some((each) => each.startsWith('work_mem'))) found = await left();
  assert.deepEqual(found, []);
  session.release(true);
  await pool.end();
  await emptyServer(server.url());
  assert.deepEqual(await left(), []);
});
