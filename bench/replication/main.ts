/**
 * What replication reaches next to PostgreSQL's own means, in one run: `npm run bench:replication`.
 *
 *   --seconds N   sizes the tables and backlogs for about N seconds of measuring (default 60)
 *   --json FILE   also write the figures to FILE
 *   --only A,B    only these phases: snapshot, verify, stream, lag, memory
 *   --against C   only compare the ratios with those of commit C: both benchmarks in turns, each with its own code
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { PROCESS_FLAGS } from '@banyan/replication';
import { median } from '../median.ts';
import { compareWith } from './against.ts';
import { applierMemory } from './memory.ts';
import {
  bareScan,
  lagAtRate,
  ourCopy,
  ourVerify,
  plainCopy,
  rate,
  streams,
  type Workload,
} from './phases.ts';
import { openWorld, ROW, type World, WRITER } from './world.ts';

// The links of the other phases run in this process: with the applier's flags, which V8 takes only at the start.
if (!PROCESS_FLAGS.every((flag) => process.execArgv.includes(flag))) {
  const again = spawnSync(process.execPath, [...PROCESS_FLAGS, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  process.exit(again.status ?? 1);
}

/** Odd, for the median. */
const ROUNDS = 3;
/** Of a stream, before them: an applier runs for weeks, and V8 has compiled its code after some 500,000 rows. */
const WARM_UP_ROUNDS = 2;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    json: { type: 'string' },
    only: { type: 'string' },
    against: { type: 'string' },
  },
});
const seconds = Math.max(1, Number(values.seconds));
const wanted = (phase: string) => !values.only || values.only.split(',').includes(phase);
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const results: { name: string; value: number; unit: string }[] = [];
const ratios: Record<string, number> = {};

if (values.against) against(values.against);
else await measure();
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, date: new Date().toISOString(), results, ratios }, null, 2)}\n`,
  );

async function measure(): Promise<void> {
  const world = await openWorld();
  try {
    console.log(`${machine}\nMedians of ${ROUNDS} interleaved rounds\n`);
    await world.source.query(WRITER);
    if (wanted('snapshot') || wanted('verify')) await tables(world);
    if (wanted('stream')) for (const workload of ['inserts', 'mixed'] as const) await stream(world, workload);
    if (wanted('lag')) await lag(world);
    if (wanted('memory')) for (const rows of [200_000, 1_000_000]) await memory(world, rows);
  } finally {
    await world.stop();
  }
}

function against(commit: string): void {
  console.log(`${machine}\nThe whole benchmark in turns, today's and that of ${commit}\n`);
  const compared = compareWith(commit, { seconds, only: values.only }, (text) => console.log(text));
  const row = (cells: string[]) => cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(24))).join('');
  console.log(`\n${row(['', 'today', commit, 'difference'])}`);
  for (const { name, today, before, difference } of compared) {
    ratios[name] = median(today);
    ratios[`${name} at ${commit}`] = median(before);
    console.log(row([name, median(today).toFixed(2), median(before).toFixed(2), difference.toFixed(2)]));
  }
}

async function tables(world: World): Promise<void> {
  const rows = Math.round(Math.min(5_000_000, Math.max(100_000, seconds * 50_000)));
  await world.source.query(`INSERT INTO users SELECT ${ROW} FROM generate_series(1::bigint, ${rows}) i`);
  await world.source.query('VACUUM ANALYZE users');
  const measured = {
    copy: [] as number[],
    snapshot: [] as number[],
    scan: [] as number[],
    verify: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    measured.copy.push(rate(await plainCopy(world)));
    measured.snapshot.push(rate(await ourCopy(world)));
    await world.split.query('VACUUM ANALYZE users');
    measured.scan.push(rate(await bareScan(world)));
    measured.verify.push(rate(await ourVerify(world)));
  }
  const [copy, snapshot] = [median(measured.copy), median(measured.snapshot)];
  const [scan, verified] = [median(measured.scan), median(measured.verify)];
  add('snapshot with a column split', snapshot, 'rows/s');
  add("PostgreSQL's COPY to COPY", copy, 'rows/s');
  compare('snapshot/copy', snapshot, copy);
  add('verification of both sides', verified, 'rows/s');
  add('bare md5 scan of one side', scan, 'rows/s');
  compare('verify/scan', verified, scan);
}

async function stream(world: World, workload: Workload): Promise<void> {
  const rows = Math.round(Math.min(2_000_000, Math.max(300_000, seconds * 10_000)) / 10) * 10;
  const all = { native: [] as number[], ours: [] as number[] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const { native, ours } = await streams(world, workload, rows, round);
    all.native.push(rate(native));
    all.ours.push(rate(ours));
  }
  const measured = (rates: number[]) => median(rates.slice(WARM_UP_ROUNDS));
  const [native, ours] = [measured(all.native), measured(all.ours)];
  const what = workload === 'inserts' ? 'ten inserts' : 'five inserts, four updates, one delete';
  add(`stream with a column split, transactions of ${what}`, ours, 'rows/s');
  add('  the same in the first round of a process', all.ours[0]!, 'rows/s');
  add(`native subscription, transactions of ${what}`, native, 'rows/s');
  compare(workload === 'mixed' ? 'stream/native, mixed' : 'stream/native', ours, native);
}

async function lag(world: World): Promise<void> {
  const { p50, p99, rows } = await lagAtRate(world, Math.min(20, Math.max(3, seconds / 6)));
  add(`lag p50 at 5,000 rows/s (${rows} rows)`, p50, 'ms');
  add('lag p99 at 5,000 rows/s', p99, 'ms');
}

async function memory(world: World, rows: number): Promise<void> {
  const { peakMiB, changes } = await applierMemory(world, rows);
  const what = `${rows.toLocaleString('en')} rows copied, ${changes.toLocaleString('en')} changes, verified`;
  add(`peak memory of an applier's process: ${what}`, peakMiB, 'MiB');
}

function add(name: string, value: number, unit: string): void {
  const rounded = unit === 'rows/s' ? Math.round(value) : Math.round(value * 10) / 10;
  results.push({ name, value: rounded, unit });
  console.log(`${name.padEnd(86)}${rounded.toLocaleString('en').padStart(12)} ${unit}`);
}

function compare(name: string, ours: number, peer: number): void {
  ratios[name] = Math.round((ours / peer) * 100) / 100;
  console.log(`${`  ${name}`.padEnd(86)}${ratios[name].toFixed(2).padStart(12)} x\n`);
}
