import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { type ServiceProcess, startProcess } from '../../../kit/testing/process.ts';
import { until } from '../../../kit/testing/until.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { peopleOf, tablesWith } from '../testing/people.ts';
import { ADA, SOMEBODY_ELSE, startApplications } from '../testing/start.ts';
import { beginErasure } from './erase.ts';

const NEVER = '3600';
const MAIN = new URL('../main.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'erasure-'));
const children: ServiceProcess[] = [];

after(() => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

const stored = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name);

it('of somebody whose account is deleted nothing is left, wherever in the midst of it processes are killed', {
  timeout: 240_000,
}, async () => {
  const gateway = await startGatewayDouble();
  const told = await variablesOf('applications', { API_URL: gateway.url, DOCUMENT_STORE: `file:${folder}` });
  const pool = createPool(told.DATABASE_URL!, { max: 3 });
  const given = { gateway, databaseUrl: told.DATABASE_URL! };
  const started = await startApplications({ ...told, ERASE_SECONDS: NEVER, SWEEP_SECONDS: NEVER }, given);
  const { aWholeLife } = peopleOf(started);
  const [deleted, other] = [await aWholeLife(ADA), await aWholeLife(SOMEBODY_ELSE)];
  await started.stop();
  const client = await pool.connect();
  const ofOther = await tablesWith(pool, SOMEBODY_ELSE, other.applications);
  await beginErasure(client, ADA);

  /** Has a process erase until it would delete a row of this table, and kills it there. What it had done in that transaction is undone. */
  const killAt = async (table: string, env: Record<string, string>) => {
    await client.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
    const child = startProcess(MAIN, { ...told, ERASE_SECONDS: '0.02', SWEEP_SECONDS: '0.02', ...env });
    children.push(child);
    await until(async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [`DELETE FROM ${table}%`],
      );
      return rowCount! > 0;
    });
    child.kill();
    await child.gone;
    await client.query('ROLLBACK');
  };
  const left = () => tablesWith(pool, ADA, deleted.applications);
  const rows = async (sql: string) => (await pool.query(sql)).rowCount;

  const before = await left();
  await killAt('submission_days', { SWEEP_SECONDS: NEVER });
  assert.deepEqual(await left(), before);
  await killAt('document_numbers', { SWEEP_SECONDS: NEVER });
  assert.deepEqual(await left(), [
    'application_notes',
    'application_timeline',
    'applications',
    'document_numbers',
    'documents',
    'notifications',
  ]);
  assert.deepEqual(stored().sort(), [deleted.file, other.file].sort());
  // Of the file, between the folder and its row.
  await killAt('document_files', { ERASE_SECONDS: NEVER });
  assert.deepEqual([stored(), await rows('SELECT FROM document_files')], [[other.file], 2]);

  children.push(startProcess(MAIN, { ...told, ERASE_SECONDS: '0.02', SWEEP_SECONDS: '0.02' }));
  await until(async () => (await rows('SELECT FROM erasures WHERE erased_at IS NOT NULL')) === 1);
  await until(async () => (await rows('SELECT FROM document_files')) === 1);
  assert.deepEqual(await left(), []);
  assert.deepEqual(stored(), [other.file]);
  assert.deepEqual(await tablesWith(pool, SOMEBODY_ELSE, other.applications), ofOther);
  const { rows: said } = await pool.query(
    `SELECT data FROM banyan_events.events WHERE stream = 'application-${deleted.applications[0]}' AND type = 'ApplicationRemoved'`,
  );
  assert.equal(said.length, 1);
  client.release();
  await pool.end();
});
