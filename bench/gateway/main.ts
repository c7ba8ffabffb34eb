/**
 * What the gateway costs, next to its peers, in one run on one core each: `npm run bench:gateway`.
 *
 *   --seconds N   measured seconds per contender and phase, one per round (default 15)
 *   --json FILE   also write the figures to FILE
 *   --only A,B    only these contenders
 *   --against C   also compare our CPU per request with that of commit C, both under load in the same seconds
 *   --unpaced     leave out the fixed rates
 *
 * Three phases: as many requests as go through, then fixed rates, half and a quarter of what ours with policies can do. The
 * proxy has a core, load and upstream have another.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { median } from '../median.ts';
import { type Compared, compareWith } from './against.ts';
import { contendersOf, upstreamOf } from './contenders.ts';
import { loadGenerator, runPaced } from './load.ts';
import { type Running, start } from './processes.ts';
import { inRounds, medians, type Rounds, ratioOf, type Sample } from './rounds.ts';

const CONNECTIONS = 64;
const WARM_UP_S = 3;
const PACED_ROUNDS = 3;
const PACES = [
  ['half load', 1 / 2],
  ['quarter load', 1 / 4],
] as const;
/** Nothing is said of the latency of a contender that the rate would take further than this, of its capacity. */
const PACED_AT_MOST = 0.8;
const PATH = '/api/v1/users/me';
/** Of ours, those that `--against` compares. */
const COMPARED = ['bare', 'policies'];
const PEERS = ['haproxy', 'fastify-http-proxy', 'http-proxy', 'nginx'];

/** Measured at a fixed rate, requests/s. */
type Paced = { load: string; rate: number; rounds: Rounds };

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    json: { type: 'string' },
    only: { type: 'string' },
    against: { type: 'string' },
    unpaced: { type: 'boolean', default: false },
  },
});
const wanted = (name: string) => !values.only || values.only.split(',').includes(name);
const seconds = Math.max(1, Math.round(Number(values.seconds)));
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
  const upstream = await start(upstreamOf(directory), 1);
  running.push(upstream);
  const ground = { directory, upstreamPort: upstream.port, secret };
  const { contenders, missing } = contendersOf(ground);
  const targets = new Map([['direct', upstream]]);
  for (const contender of contenders) {
    if (!wanted(contender.name)) continue;
    const one = await start(contender, 0);
    running.push(one);
    targets.set(contender.name, one);
  }
  const generator = loadGenerator(directory);
  console.log(
    `${machine()}\nload by ${generator.name}, ${CONNECTIONS} connections, ${seconds} rounds of 1 s\n`,
  );

  const wide = { path: PATH, tokens, connections: CONNECTIONS };
  for (const { port } of targets.values()) await generator.run({ ...wide, port, seconds: WARM_UP_S });
  const full = await inRounds(targets, seconds, ({ port }) => generator.run({ ...wide, port, seconds: 1 }));
  const perSecond = medians(full, (one) => one.perSecond);

  const most = perSecond.get('policies') ?? perSecond.get('bare') ?? 10_000;
  const each = Math.max(1, Math.round(seconds / PACED_ROUNDS));
  const paced: Paced[] = [];
  for (const [load, share] of values.unpaced ? [] : PACES) {
    const rate = Math.round(most * share);
    const able = new Map([...targets].filter(([name]) => rate <= perSecond.get(name)! * PACED_AT_MOST));
    const rounds = await inRounds(able, PACED_ROUNDS, ({ port }) =>
      runPaced({ ...wide, port, seconds: each, perSecond: rate }),
    );
    paced.push({ load, rate, rounds });
  }
  const compared = values.against
    ? await compareWith(values.against, COMPARED.filter(wanted), ground, seconds, ({ port }, seconds) =>
        generator.run({ ...wide, port, seconds }),
      )
    : [];
  report(full, paced, compared, missing);
}

function report(full: Rounds, paced: Paced[], compared: Compared[], missing: string[]): void {
  const row = (cells: string[]) => cells.map((cell, i) => (i ? cell.padStart(13) : cell.padEnd(20))).join('');
  const digits = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '' : value.toFixed(2);
  const results: { name: string; value: number; unit: string }[] = [];
  const add = (name: string, value: number | undefined, unit: string) => {
    if (value !== undefined && !Number.isNaN(value)) results.push({ name, value: round(value), unit });
  };
  const headings = paced.flatMap(({ rate }) => [`at ${rate}/s:`, 'CPU us/req', 'added p50', 'added p99']);
  console.log(row(['', 'requests/s', 'CPU us/req', ...headings, 'errors']));
  for (const [name, samples] of full) {
    const perSecond = median(samples.map((one) => one.perSecond));
    const cpu = name === 'direct' ? undefined : median(samples.map((one) => one.cpuMicros));
    const cells = [name, String(Math.round(perSecond)), digits(cpu)];
    add(name, Math.round(perSecond), 'requests/s');
    add(`${name} CPU per request`, cpu, 'us');
    let errors = samples.reduce((sum, one) => sum + one.errors, 0);
    for (const { load, rounds } of paced) {
      const slow = rounds.get(name) ?? [];
      const direct = rounds.get('direct') ?? [];
      const of = (figure: (one: Sample, i: number) => number) =>
        slow.length > 0 ? median(slow.map(figure)) : undefined;
      const [p50, p99] = [of((one) => one.p50Ms), of((one) => one.p99Ms)];
      const added = name === 'direct' ? () => undefined : of;
      const busy = added((one) => one.cpuMicros);
      const added50 = added((one, i) => one.p50Ms - direct[i]!.p50Ms);
      const added99 = added((one, i) => one.p99Ms - direct[i]!.p99Ms);
      add(`${name} p50 at ${load}`, p50, 'ms');
      add(`${name} p99 at ${load}`, p99, 'ms');
      add(`${name} CPU per request at ${load}`, busy, 'us');
      add(`${name} added p50 at ${load}`, added50, 'ms');
      add(`${name} added p99 at ${load}`, added99, 'ms');
      errors += slow.reduce((sum, one) => sum + one.errors, 0);
      cells.push(
        name === 'direct' ? `p99 ${digits(p99)}` : '',
        digits(busy),
        digits(added50),
        digits(added99),
      );
    }
    add(`${name} errors`, errors, 'requests');
    console.log(row([...cells, String(errors)]));
  }
  for (const { mode, today, before, ratio } of compared) {
    console.log(
      `\n${mode}, CPU per request: ${digits(median(today))} us, at ${values.against} ${digits(median(before))} us, ratio ${ratio.toFixed(3)}`,
    );
    add(`${mode} cpu/request vs ${values.against}`, ratio, 'ratio');
  }
  if (compared.length > 0)
    add(`cpu/request vs ${values.against}`, Math.max(...compared.map(({ ratio }) => ratio)), 'ratio');
  const ratios = ratiosOf(full);
  const others = [full, ...paced.map(({ rounds }) => rounds)].map(othersOf);
  console.log(
    `\nmost that others took of the proxy's core in each phase, by contender (its median round): ${others.join(', ')}`,
  );
  for (const [name, ratio] of Object.entries(ratios)) console.log(`${name.padEnd(30)} ${ratio.toFixed(2)}`);
  if (missing.length > 0) console.log(`not installed: ${missing.join(', ')}`);
  if (!values.json) return;
  const document = {
    machine: machine(),
    date: new Date().toISOString(),
    rates: Object.fromEntries(paced.map(({ load, rate }) => [load, rate])),
    others,
    results,
    ratios,
    missing,
  };
  writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
}

/** The largest, over the contenders, of the median round's share for others; null where the system does not tell. */
function othersOf(rounds: Rounds): number | null {
  const share = Math.max(...medians(rounds, (one) => one.others).values());
  return Number.isNaN(share) ? null : round(share);
}

function ratiosOf(full: Rounds): Record<string, number> {
  const ratios: Record<string, number> = {};
  const add = (ours: string, peer: string) => {
    const [a, b] = [full.get(ours), full.get(peer)];
    if (a && b) ratios[`${ours}/${peer}`] = round(ratioOf(a, b, (one) => one.perSecond));
  };
  add('bare', 'haproxy');
  for (const peer of PEERS) add('policies', peer);
  return ratios;
}

function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

function tokenOf(subject: string, secret: string): Promise<string> {
  return new SignJWT({ sub: subject, role: 'user' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
