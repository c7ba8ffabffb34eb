/**
 * What the kit costs a service next to bare Fastify with the same query and serialisation: `npm run bench:service`.
 *
 *   --seconds N   measured seconds per contender, in ten interleaved rounds (default 30)
 *   --json FILE   also write the figures to FILE
 *
 * The service has core 0; load, PostgreSQL and the collector of traces share core 1. How busy core 1 was is told: where it
 * is full, it is the limit and requests per second say nothing of the service. What is compared is each round with itself,
 * since the machine is not equally fast for a whole run, and each contender has each other before it equally often, since
 * spans of one that has had its turn are still being sent in the next.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type EmbeddedServer, startEmbedded } from '@banyan/postgres';
import { SignJWT } from 'jose';
import { installed } from '../gateway/contenders.ts';
import { loadGenerator, type Measured } from '../gateway/load.ts';
import { busyMicros, type Running, start } from '../gateway/processes.ts';
import { median } from '../median.ts';
import { POOL_SIZE } from './note.ts';

const ROUNDS = 10;
const CONNECTIONS = 32;
const SECRET = 'a-secret-of-the-benchmark-only-123';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, json: { type: 'string' } },
});
const seconds = Math.max(1, Math.round(Number(values.seconds) / ROUNDS));
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const directory = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
chmodSync(directory, 0o711);
const running: Running[] = [];
let database: EmbeddedServer | undefined;

try {
  await run();
} finally {
  await Promise.all(running.map((one) => one.stop()));
  await database?.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function run(): Promise<void> {
  keepToCore(1);
  database = await startEmbedded({ directory: join(directory, 'postgres') });
  const collector = await launch('collector', 1, {});
  const env = {
    DATABASE_URL: await database.createDatabase('notes'),
    POOL_SIZE: String(POOL_SIZE),
    SECRET,
    LOG_LEVEL: 'info',
  };
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` };
  // Ours first: it makes the table.
  const contenders = {
    service: await launch('ours', 0, traced),
    'service, every request traced': await launch('ours', 0, { ...traced, OTEL_TRACES_SAMPLER: 'always_on' }),
    'service, no exporter': await launch('ours', 0, env),
    fastify: await launch('bare', 0, env),
  };
  const tokens = await Promise.all(Array.from({ length: 64 }, (_, n) => adminToken(n)));
  const generator = loadGenerator(directory);
  console.log(
    `${machine}, load by ${generator.name}, ${CONNECTIONS} connections, ${ROUNDS} x ${seconds} s each\n`,
  );

  const rounds = new Map<string, Sample[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, { port, cpuMicros }] of turnsOf(round, Object.entries(contenders))) {
      const load = {
        port,
        path: '/notes/7',
        tokens,
        seconds: round < 0 ? 2 : seconds,
        connections: CONNECTIONS,
      };
      const before = {
        cpu: cpuMicros() ?? Number.NaN,
        core1: busyMicros(1) ?? Number.NaN,
        at: performance.now(),
      };
      const measured = await generator.run(load);
      const micros = (performance.now() - before.at) * 1_000;
      const spent = (cpuMicros() ?? Number.NaN) - before.cpu;
      const core1 = ((busyMicros(1) ?? Number.NaN) - before.core1) / micros;
      if (round >= 0) rounds.get(name)!.push({ ...measured, cpuMicros: spent / measured.requests, core1 });
    }
  }
  report(rounds);
}

/** Forwards and backwards in turn, and one further each time. */
function turnsOf<T>(round: number, contenders: T[]): T[] {
  const line = round % 2 === 0 ? contenders : contenders.toReversed();
  const first = Math.max(0, round) % line.length;
  return [...line.slice(first), ...line.slice(0, first)];
}

/**
 * `cpuMicros` is the service's own CPU time per request: it tells what the kit costs also where core 1 is the limit.
 * `core1`: how busy that was, from 0 to 1, with whatever.
 */
type Sample = Measured & { cpuMicros: number; core1: number };

function report(rounds: Map<string, Sample[]>): void {
  const results: { name: string; value: number; unit: string }[] = [];
  const perSecond = (name: string) => median(rounds.get(name)!.map((one) => one.perSecond));
  const ofFastify = (name: string, figure: 'perSecond' | 'cpuMicros') => {
    const fastify = rounds.get('fastify')!;
    return median(rounds.get(name)!.map((one, round) => one[figure] / fastify[round]![figure]));
  };
  const row = (cells: string[]) => cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(32))).join('');
  const heads = [
    'requests/s',
    'of fastify',
    'CPU us/req',
    'of fastify',
    'core 1',
    'p50, ms',
    'p99, ms',
    'errors',
  ];
  console.log(row(['', ...heads]));
  for (const [name, measured] of rounds) {
    const [p50, p99] = [median(measured.map((one) => one.p50Ms)), median(measured.map((one) => one.p99Ms))];
    const errors = measured.reduce((sum, one) => sum + one.errors, 0);
    const cpu = Math.round(median(measured.map((one) => one.cpuMicros)));
    const cells = [
      Math.round(perSecond(name)),
      ofFastify(name, 'perSecond').toFixed(2),
      cpu,
      ofFastify(name, 'cpuMicros').toFixed(2),
      median(measured.map((one) => one.core1)).toFixed(2),
      p50.toFixed(2),
      p99.toFixed(2),
      errors,
    ];
    console.log(row([name, ...cells.map(String)]));
    results.push({ name, value: Math.round(perSecond(name)), unit: 'requests/s' });
    results.push({ name: `${name} CPU per request`, value: cpu, unit: 'us' });
    results.push({ name: `${name} p99`, value: p99, unit: 'ms' });
  }
  const ratios = { 'service/fastify': round(ofFastify('service', 'perSecond')) };
  console.log(`\nservice/fastify ${ratios['service/fastify'].toFixed(2)}`);
  if (!values.json) return;
  const document = { machine, date: new Date().toISOString(), results, ratios };
  writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
}

/** This process and what it starts without saying otherwise, PostgreSQL too. */
function keepToCore(core: number): void {
  if (!installed('taskset', '-V') || availableParallelism() < 2) return;
  execFileSync('taskset', ['-a', '-cp', String(core), String(process.pid)], { stdio: 'ignore' });
}

async function launch(name: string, core: number, env: Record<string, string>): Promise<Running> {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const one = await start({ name, command: [process.execPath, script], env, readyBy: 'line' }, core);
  running.push(one);
  return one;
}

function adminToken(subject: number): Promise<string> {
  return new SignJWT({ role: 'admin' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('bench')
    .setSubject(String(subject))
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(SECRET));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
