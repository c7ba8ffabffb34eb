/**
 * What the gateway costs, next to its peers, in one run on one core each: `npm run bench:gateway`.
 *
 *   --seconds N   measured seconds per contender, in three interleaved rounds (default 15)
 *   --json FILE   also write the figures to FILE
 *   --only A,B    only these contenders
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { contendersOf } from './contenders.ts';
import { loadGenerator, type Measured, runClient } from './load.ts';
import { type Running, start } from './processes.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const PATH = '/api/v1/users/me';
const PEERS = ['haproxy', 'fastify-http-proxy', 'http-proxy', 'nginx'];

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '15' }, json: { type: 'string' }, only: { type: 'string' } },
});
const seconds = Math.max(1, Math.round(Number(values.seconds) / ROUNDS));
const directory = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
const running: Running[] = [];
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

try {
  await run();
} finally {
  await Promise.all(running.map((one) => one.stop()));
}

async function run(): Promise<void> {
  const secret = 'a-secret-of-the-benchmark-only-123';
  const tokens = await Promise.all(
    Array.from({ length: 64 }, (_, subject) => tokenOf(String(subject), secret)),
  );
  const upstream = await start(
    { name: 'upstream', command: [process.execPath, script('upstream')], readyBy: 'line' },
    1,
  );
  running.push(upstream);
  const { contenders, missing } = contendersOf({ directory, upstreamPort: upstream.port, secret });
  const wanted = contenders.filter(({ name }) => !values.only || values.only.split(',').includes(name));
  const ports = new Map([['direct', upstream.port]]);
  for (const contender of wanted) {
    const one = await start(contender, 0);
    running.push(one);
    ports.set(contender.name, one.port);
  }
  const generator = loadGenerator(directory);
  console.log(
    `${cpus()[0]?.model}, load by ${generator.name}, ${CONNECTIONS} connections, ${ROUNDS} x ${seconds} s each\n`,
  );

  const full = await interleaved(ports, (port, warmUp) =>
    generator.run({ port, path: PATH, tokens, seconds: warmUp ? 1 : seconds, connections: CONNECTIONS }),
  );
  const throughput = new Map(
    [...full].map(([name, rounds]) => [name, median(rounds.map((one) => one.perSecond))]),
  );

  const half = Math.round((throughput.get('policies') ?? throughput.get('bare') ?? 10_000) / 2);
  const paced = await interleaved(ports, (port, warmUp) =>
    runClient({
      port,
      path: PATH,
      tokens,
      seconds: warmUp ? 1 : seconds,
      connections: CONNECTIONS,
      rate: half,
    }),
  );
  const p99 = new Map([...paced].map(([name, rounds]) => [name, median(rounds.map((one) => one.p99Ms))]));
  report(throughput, p99, full, half, missing);
}

type Rounds = Map<string, Measured[]>;

/** A warm-up each, then every contender once per round, so that what else the machine does hits all alike. */
async function interleaved(
  ports: Map<string, number>,
  measure: (port: number, warmUp: boolean) => Promise<Measured>,
): Promise<Rounds> {
  for (const port of ports.values()) await measure(port, true);
  const rounds: Rounds = new Map([...ports.keys()].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, port] of ports) rounds.get(name)!.push(await measure(port, false));
  }
  return rounds;
}

function report(
  throughput: Map<string, number>,
  p99: Map<string, number>,
  full: Rounds,
  half: number,
  missing: string[],
): void {
  const direct = p99.get('direct') ?? 0;
  const row = (cells: unknown[]) =>
    cells.map((cell, i) => (i ? String(cell).padStart(14) : String(cell).padEnd(22))).join('');
  console.log(row(['', 'requests/s', 'p99 full, ms', 'p99 half, ms', 'added, ms', 'errors']));
  for (const [name, perSecond] of throughput) {
    const rounds = full.get(name)!;
    const half99 = p99.get(name)!;
    console.log(
      row([
        name,
        Math.round(perSecond),
        median(rounds.map((one) => one.p99Ms)).toFixed(2),
        half99.toFixed(2),
        name === 'direct' ? '' : (half99 - direct).toFixed(2),
        rounds.reduce((sum, one) => sum + one.errors, 0),
      ]),
    );
  }
  const ratios = ratiosOf(throughput);
  console.log(`\nhalf load is ${half} requests/s`);
  for (const [name, ratio] of Object.entries(ratios)) console.log(`${name.padEnd(30)} ${ratio.toFixed(2)}`);
  if (missing.length > 0) console.log(`not installed: ${missing.join(', ')}`);
  if (!values.json) return;
  const results = [...throughput].flatMap(([name, perSecond]) => [
    { name, value: Math.round(perSecond), unit: 'requests/s' },
    { name: `${name} p99 at half load`, value: round(p99.get(name)!), unit: 'ms' },
    { name: `${name} added p99 at half load`, value: round(p99.get(name)! - direct), unit: 'ms' },
  ]);
  const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const document = { machine, date: new Date().toISOString(), results, ratios, missing };
  writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
}

function ratiosOf(throughput: Map<string, number>): Record<string, number> {
  const ratios: Record<string, number> = {};
  const add = (ours: string, peer: string) => {
    const [a, b] = [throughput.get(ours), throughput.get(peer)];
    if (a && b) ratios[`${ours}/${peer}`] = round(a / b);
  };
  add('bare', 'haproxy');
  for (const peer of PEERS) add('policies', peer);
  return ratios;
}

function tokenOf(subject: string, secret: string): Promise<string> {
  return new SignJWT({ sub: subject, role: 'user' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
}

function median(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function script(name: string): string {
  return new URL(`./${name}.ts`, import.meta.url).pathname;
}
