/**
 * What the control plane costs after an hour, a day and a month: `npm run bench:control`.
 *
 *   --seconds N   measured seconds of the loop at each age (default 20)
 *   --json FILE   also write the figures to FILE
 *
 * A real controller over PostgreSQL, with 30 services and 200 routes of which all have moved, or half of their keys; two
 * workers report each second from a process of their own. The past is written hour by hour, with the roll-up's clock.
 * Aims: `status` under 100 ms, the loop under 1 % of a core, neither growing with age.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Controller, createOperations, startController } from '@banyan/banyan/operate';
import { createPool, startEmbedded } from '@banyan/postgres';
import type pg from 'pg';
import pino from 'pino';
import { median } from '../median.ts';
import { live } from './history.ts';
import { planOf, SERVICES, stateOf, tableOf } from './system.ts';

const AGES = [
  ['an hour', 1],
  ['a day', 24],
  ['a month', 720],
] as const;
/** The start is not what is measured. */
const SETTLE_MS = 5_000;
const STATUS_CALLS = 40;
/** Kernel clock ticks of a second, in which /proc counts CPU time. */
const TICKS = 100;

type Figures = {
  age: string;
  evidenceRows: number;
  databaseBytes: number;
  statusMs: { p50: number; worst: number };
  statusBytes: number;
  loopPercent: number;
  databasePercent: number;
};

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'string' } },
});
const seconds = Number(values.seconds);
const machine = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
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
  for (const [index, [age, hours]] of AGES.entries()) {
    figures.push(await measure(databases, age, hours - (AGES[index - 1]?.[1] ?? 0)));
    console.log(formatted(figures.at(-1)!));
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}

/** Starts the controller for the tables, ages them with it stopped, and measures it with traffic. */
async function measure(
  databases: Parameters<typeof planOf>[0],
  age: string,
  moreHours: number,
): Promise<Figures> {
  const { control } = databases;
  const plan = planOf(databases);
  const start = () =>
    startController({
      plan,
      applier: { fence: () => Promise.reject(new Error('no step here')) },
      log: pino({ level: 'silent' }),
    });
  await (await start()).stop();
  const pool = createPool(control, { max: 2 });
  await standStill(pool);
  await live(pool, moreHours, Math.floor(Date.now() / 60_000) * 60_000 - 60_000);
  const traffic = spawn(process.execPath, [join(import.meta.dirname, 'traffic.ts'), control], {
    stdio: 'inherit',
  });
  const controller = await start();
  try {
    return { age, ...(await figuresOf(controller, pool)) };
  } finally {
    await end(traffic);
    await controller.stop();
    await pool.end();
  }
}

async function figuresOf(controller: Controller, pool: pg.Pool): Promise<Omit<Figures, 'age'>> {
  await pause(SETTLE_MS);
  const before = await busy(pool);
  await pause(seconds * 1000);
  const after = await busy(pool);
  const operations = createOperations(controller.sources);
  const times: number[] = [];
  let answer = '';
  for (let call = 0; call < STATUS_CALLS; call++) {
    await pause(130); // so that calls fall before and after the ledger's own looks
    const started = performance.now();
    answer = JSON.stringify(await operations.status());
    times.push(performance.now() - started);
  }
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM control.evidence) AS rows, pg_database_size(current_database())::float8 AS bytes`,
  );
  const percent = (what: keyof typeof before) =>
    ((after[what] - before[what]) / (after.at - before.at)) * 100;
  return {
    evidenceRows: rows[0].rows,
    databaseBytes: rows[0].bytes,
    statusMs: { p50: median(times), worst: Math.max(...times) },
    statusBytes: answer.length,
    loopPercent: percent('process'),
    databasePercent: percent('backends'),
  };
}

/** CPU milliseconds so far of this process, which holds the controller, and of its connections in the database. */
async function busy(pool: pg.Pool): Promise<{ at: number; process: number; backends: number }> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'banyan-controller%' OR application_name IN ('banyan-guard', 'banyan-refusals')`,
  );
  const ticks = rows.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  const { user, system } = process.cpuUsage();
  return {
    at: performance.now(),
    process: (user + system) / 1000,
    backends: (ticks.reduce((sum, each) => sum + each, 0) / TICKS) * 1000,
  };
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

async function end(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

function formatted({
  age,
  evidenceRows,
  databaseBytes,
  statusMs,
  statusBytes,
  loopPercent,
  databasePercent,
}: Figures): string {
  return [
    `after ${age}:`,
    `${evidenceRows} rows of evidence`,
    `control database ${Math.round(databaseBytes / 1e6)} MB`,
    `status p50 ${statusMs.p50.toFixed(1)} ms, worst ${statusMs.worst.toFixed(1)} ms, ${Math.round(statusBytes / 1000)} kB`,
    `loop ${loopPercent.toFixed(2)} % of a core`,
    `its connections in PostgreSQL ${databasePercent.toFixed(2)} %`,
  ].join('  ');
}
