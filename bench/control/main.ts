/**
 * What the control plane costs after an hour, a day and a month: `npm run bench:control`.
 *
 *   --seconds N     measured seconds of the loop at each age (default 60: what it does once a minute is in them)
 *   --ages N        only the first N ages (default 3)
 *   --profile DIR   also write a CPU profile of the controller at each age into DIR (which costs some itself)
 *   --json FILE     also write the figures to FILE
 *
 * The controller's process as `banyan up` starts it over PostgreSQL, with 30 services and 200 routes of which all have
 * moved, or half of their keys; two workers report each second from a process of their own. The past is written hour by
 * hour, with the roll-up's clock. The loop is all the CPU time of the controller's process; `status` is asked over HTTP.
 * Aims: `status` under 100 ms, the loop under 1 % of a core, neither growing with age.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPool, startEmbedded } from '@banyan/postgres';
import type pg from 'pg';
import { cpuOf } from '../cpu.ts';
import { MACHINE } from '../machine.ts';
import { median } from '../median.ts';
import { type ControllerProcess, end, startControllerProcess } from './controller.ts';
import { live } from './history.ts';
import { SERVICES, stateOf, tableOf } from './system.ts';

const AGES = [
  ['an hour', 1],
  ['a day', 24],
  ['a month', 720],
] as const;
/** The start is not what is measured. */
const SETTLE_MS = 5_000;
const STATUS_CALLS = 40;
type Databases = Parameters<typeof startControllerProcess>[0];

/** A table of the control database, with its indexes and what is toasted, as it is after the measured time. */
type TableSize = { table: string; bytes: number; live: number; dead: number; freeBytes: number };

type Figures = {
  age: string;
  evidenceRows: number;
  databaseBytes: number;
  tables: TableSize[];
  statusMs: { p50: number; worst: number };
  statusBytes: number;
  loopPercent: number;
  databasePercent: number;
};

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    ages: { type: 'string', default: String(AGES.length) },
    profile: { type: 'string' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const directory = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
chmodSync(directory, 0o711);
const server = await startEmbedded({ directory: join(directory, 'postgres') });
try {
  const databases = {
    control: await server.createDatabase('control'),
    monolith: await server.createDatabase('monolith'),
    services: await server.createDatabase('services'),
  };
  await makeTables(databases.monolith);
  await makeTables(databases.services);
  const figures: Figures[] = [];
  for (const [index, [age, hours]] of AGES.slice(0, Number(values.ages)).entries()) {
    figures.push(await measure(databases, age, hours - (AGES[index - 1]?.[1] ?? 0)));
    console.log(formatted(figures.at(-1)!));
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: MACHINE, figures }, null, 2)}\n`);
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}

/** Starts the controller for the tables, ages them with it stopped, and measures it with traffic. */
async function measure(databases: Databases, age: string, moreHours: number): Promise<Figures> {
  await (await startControllerProcess(databases, null)).stop();
  const pool = createPool(databases.control, { max: 2 });
  await standStill(pool);
  await live(pool, moreHours, Math.floor(Date.now() / 60_000) * 60_000 - 60_000);
  const traffic = spawn(process.execPath, [join(import.meta.dirname, 'traffic.ts'), databases.control], {
    stdio: 'inherit',
  });
  const controller = await startControllerProcess(databases, values.profile ?? null);
  try {
    return { age, ...(await figuresOf(controller, pool)) };
  } finally {
    await end(traffic);
    await controller.stop();
    await pool.end();
  }
}

async function figuresOf({ pid, client }: ControllerProcess, pool: pg.Pool): Promise<Omit<Figures, 'age'>> {
  await pause(SETTLE_MS);
  const before = await busy(pid, pool);
  await pause(seconds * 1000);
  const after = await busy(pid, pool);
  const times: number[] = [];
  let answer = '';
  for (let call = 0; call < STATUS_CALLS; call++) {
    await pause(130); // so that calls fall before and after the ledger's own looks
    const started = performance.now();
    answer = JSON.stringify(await client.status());
    times.push(performance.now() - started);
  }
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM control.evidence) AS rows, pg_database_size(current_database())::float8 AS bytes`,
  );
  const percent = (ms: number) => (ms / (after.at - before.at)) * 100;
  return {
    evidenceRows: rows[0].rows,
    databaseBytes: rows[0].bytes,
    tables: await largestTables(pool),
    statusMs: { p50: median(times), worst: Math.max(...times) },
    statusBytes: answer.length,
    loopPercent: percent(after.controller - before.controller),
    databasePercent: percent(backendsBetween(before, after)),
  };
}

/** Rows are counted by reading the table: statistics lag behind. */
async function largestTables(pool: pg.Pool): Promise<TableSize[]> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pgstattuple');
  const { rows } = await pool.query<TableSize>(
    `SELECT relname AS table, pg_total_relation_size(oid)::float8 AS bytes, found.tuple_count::int AS live,
            found.dead_tuple_count::int AS dead, found.free_space::float8 AS "freeBytes"
       FROM pg_class, pgstattuple(oid) AS found
      WHERE relnamespace = 'control'::regnamespace AND relkind = 'r'
      ORDER BY bytes DESC LIMIT 4`,
  );
  return rows;
}

type Busy = { at: number; controller: number; backends: Map<number, number> };

/** CPU milliseconds so far of the controller's process, and of each of its connections in the database. */
async function busy(controller: number, pool: pg.Pool): Promise<Busy> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'banyan-controller%' OR application_name IN ('banyan-guard', 'banyan-refusals')`,
  );
  return {
    at: performance.now(),
    controller: cpuOf(controller),
    backends: new Map(rows.map(({ pid }) => [pid, cpuOf(pid)])),
  };
}

/** Of the connections that are there at the end. */
function backendsBetween(before: Busy, after: Busy): number {
  return [...after.backends].reduce((sum, [pid, ms]) => sum + ms - (before.backends.get(pid) ?? 0), 0);
}

async function makeTables(url: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  for (let service = 0; service < SERVICES; service++)
    await pool.query(`CREATE TABLE ${tableOf(service)} (id text PRIMARY KEY, body text)`);
  await pool.end();
}

/** Every service has been where it is for a month, and links and rows are as they should be. */
async function standStill(pool: pg.Pool): Promise<void> {
  for (let service = 0; service < SERVICES; service++) {
    const { stage, share } = stateOf(service);
    await pool.query(
      `UPDATE control.services SET stage = $2, share = $3, target_stage = $2, target_share = $3, evidence_version = 1,
         since = now() - interval '30 days' WHERE service = $1`,
      [`service${service}`, stage, share],
    );
  }
}

function formatted({
  age,
  evidenceRows,
  databaseBytes,
  tables,
  statusMs,
  statusBytes,
  loopPercent,
  databasePercent,
}: Figures): string {
  return [
    `after ${age}:`,
    `${evidenceRows} rows of evidence`,
    `control database ${Math.round(databaseBytes / 1e6)} MB (${tables.map(describeTable).join(', ')})`,
    `status p50 ${statusMs.p50.toFixed(1)} ms, worst ${statusMs.worst.toFixed(1)} ms, ${Math.round(statusBytes / 1000)} kB`,
    `loop ${loopPercent.toFixed(2)} % of a core`,
    `its connections in PostgreSQL ${databasePercent.toFixed(2)} %`,
  ].join('  ');
}

function describeTable({ table, bytes, live, dead, freeBytes }: TableSize): string {
  return `${table} ${(bytes / 1e6).toFixed(1)} MB with ${live} live and ${dead} dead rows, ${(freeBytes / 1e6).toFixed(1)} MB free`;
}
