import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  audit,
  createClient,
  createRecorder,
  type LoadOptions,
  type LoadStats,
  loadsOf,
  type RunningLoad,
  sidesOf,
  spawnLoad,
  startLoad,
} from '@banyan/harness/run';
import { scratchHome } from '@banyan/postgres/scratch-server';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { createMonolith } from '../../systems/career-copilot/monolith/app.ts';
import { connect } from '../../systems/career-copilot/monolith/database.ts';
import { generate } from '../../systems/career-copilot/monolith/generate.ts';
import { system } from '../../systems/career-copilot/system.ts';

const SIZE = { users: 150, companies: 5, jobs: 30, applications: 300 };
const SECRET = 'the secret of the legacy system';
/** A machine that is busy with something else answers late, and that is no failure. */
const PATIENT = { ratePerSecond: 200, timeoutMs: 120_000 };
const OF_SYSTEM = { system, users: SIZE.users, secret: SECRET, rows: { jobs: SIZE.jobs } };
const directory = mkdtempSync(join(scratchHome(), 'load-'));
let runs = 0;

/** A healthy system as each load expects it: another one has changed its passwords and ended its sessions. */
async function aMonolith(): Promise<{ pool: pg.Pool; gatewayUrl: string }> {
  const pool = connect(await (await testServer()).database('load'));
  opened.push(pool);
  await generate(pool, { ...SIZE, bcryptCost: 4 });
  const monolith = await createMonolith(pool, {
    jwtSecret: SECRET,
    bcryptCost: 4,
    accessTokenSeconds: 600,
    refreshTokenDays: 30,
  });
  monoliths.push(monolith);
  return { pool, gatewayUrl: await monolith.listen({ port: 0, host: '127.0.0.1' }) };
}

const opened: pg.Pool[] = [];
const monoliths: Awaited<ReturnType<typeof createMonolith>>[] = [];
const begun: RunningLoad[] = [];
const servers: Server[] = [];

after(async () => {
  for (const server of servers) server.close();
  await Promise.all(begun.map((load) => load.stop()));
  await Promise.all(monoliths.map((monolith) => monolith.close()));
  await Promise.all(opened.map((pool) => pool.end()));
  rmSync(directory, { recursive: true });
});

const newJournal = () => join(directory, `${++runs}.jsonl`);

async function auditMonolith(journal: string, pool: pg.Pool) {
  const loads = await loadsOf(system);
  const [owners] = sidesOf([], [...loads.keys()], new Map([['monolith', pool]]));
  return await audit({ journal, loads, sides: owners! });
}

async function until(load: { stats(): LoadStats | Promise<LoadStats> }, requests: number) {
  while ((await load.stats()).requests < requests) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the load', () => {
  it('finds every promise of a healthy system kept', async () => {
    const [{ pool, gatewayUrl }, journal] = [await aMonolith(), newJournal()];
    const load = await begin({ gatewayUrl, journalFile: journal });
    await until(load, 300);
    load.stage('second');
    await until(load, 600);
    const { failures, violations, stages, inFlight } = await load.stop();
    assert.deepEqual(
      stages.flatMap(({ samples }) => samples),
      [],
    );
    assert.deepEqual([failures, violations.count, inFlight], [0, 0, 0]);
    assert.deepEqual(
      stages.map(({ stage, requests }) => [stage, requests > 0]),
      [
        ['monolith', true],
        ['second', true],
      ],
    );
    const { acknowledged, found, lost, doubled, resurrected } = await auditMonolith(journal, pool);
    assert.ok(acknowledged > 50);
    assert.deepEqual(
      { found, lost, doubled, resurrected },
      {
        found: acknowledged,
        lost: 0,
        doubled: 0,
        resurrected: 0,
      },
    );
  });

  it('takes any length of time as the limit of an answer', async () => {
    const server = await serve(() => ({ status: 200, body: {} }));
    const { port } = server.address() as AddressInfo;
    const client = createClient(`http://127.0.0.1:${port}`, createRecorder('monolith'), {
      timeoutMs: 25_087.108,
      connections: 1,
    });
    const call = { kind: 'GET /jobs', method: 'GET', path: '/jobs', expect: 200 } as const;
    const { is } = await client.send(call, performance.now(), 'monolith');
    await client.close();
    assert.equal(is, 'ok');
  });

  it('notices an acknowledged write that was not kept', async () => {
    const [{ pool, gatewayUrl }, journal] = [await aMonolith(), newJournal()];
    const load = await begin({ gatewayUrl, journalFile: journal, seed: 2 });
    await until(load, 300);
    await load.stop();
    await pool.query(`UPDATE users SET headline = 'restored from a backup' WHERE headline LIKE 'Change %'`);
    const { lost } = await auditMonolith(journal, pool);
    assert.ok(lost > 10);
  });

  it('notices an older value after a newer one was acknowledged', async () => {
    const stale = await serve((request) => {
      const me = { id: 1, email: 'x@example.com', headline: 'from a stale replica' };
      if (request.method === 'PUT') return { status: 200, body: { ...me, headline: request.sent.headline } };
      return { status: 200, body: me };
    });
    const load = await start(stale);
    await until(load, 300);
    const { violations } = await load.stop();
    const older = violations.samples.find(({ kind }) => kind === 'GET /users/me');
    assert.match(older?.expected ?? '', /^Change \d+ of \d+$/);
    assert.equal(older?.got, 'from a stale replica');
    // Logins too are answered with a profile here.
    assert.ok(violations.samples.some(({ kind }) => kind === 'answer'));
  });

  it('counts errors, strange answers and silence as failures, with samples, and writes no more where it is unclear', async () => {
    const broken = await serve((request) => {
      if (request.method === 'PUT') return { status: 503 };
      return request.url.includes('/auth/me') ? undefined : { status: 418 };
    });
    const load = await start(broken);
    const kinds = () => {
      const samples = load.stats().stages.flatMap((stage) => stage.samples);
      return new Set(samples.map(({ status, error }) => (error === null ? status : 'silence')));
    };
    // A stage keeps its first samples only, and chance decides what comes first.
    for (let requests = 100; kinds().size < 3; requests += 100) {
      load.stage(`up to ${requests}`);
      await until(load, requests);
    }
    assert.deepEqual(kinds(), new Set([503, 418, 'silence']));
    const { requests, failures } = await load.stop();
    assert.equal(failures, requests);
  });

  it('does not wait for a slow system: requests go on arriving, and the wait is in their latency', async () => {
    const held: (() => void)[] = [];
    const slow = await listen(
      createServer((_request, response) => {
        held.push(() => response.writeHead(418).end());
      }),
    );
    const load = await start(slow);
    while (held.length < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(load.stats().inFlight >= 100);
    const release = setInterval(() => {
      for (const answer of held.splice(0)) answer();
    }, 5);
    const { stages } = await load.stop();
    clearInterval(release);
    assert.ok(stages[0]!.maxMs > stages[0]!.p50Ms);
  });

  it('runs as a process of its own, by the same words', async () => {
    const [{ pool, gatewayUrl }, journal] = [await aMonolith(), newJournal()];
    const load = await spawnLoad({
      gatewayUrl,
      journalFile: journal,
      ...OF_SYSTEM,
      seed: 3,
      stage: 'first',
      ...PATIENT,
    });
    await until(load, 100);
    load.stage('second');
    await until(load, 200);
    const stopped = await load.stop();
    assert.deepEqual(
      stopped.stages.map(({ stage }) => stage),
      ['first', 'second'],
    );
    assert.deepEqual(
      stopped.stages.flatMap(({ samples }) => samples),
      [],
    );
    assert.deepEqual(await load.stop(), stopped);
    const { acknowledged, lost } = await auditMonolith(journal, pool);
    assert.ok(acknowledged > 0);
    assert.equal(lost, 0);
  });

  it('ends quietly when the process that started it is gone', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await serve(() => {
      arrived.resolve();
      return { status: 200 };
    });
    const { port } = server.address() as AddressInfo;
    const main = fileURLToPath(import.meta.resolve('@banyan/harness/load-process'));
    const flags = ['--gateway', `http://127.0.0.1:${port}`, '--journal', newJournal(), '--users', '100'];
    const of = ['--system', new URL('system.ts', system.folder).href];
    const child = spawn(process.execPath, [main, ...of, ...flags], {
      env: { ...process.env, LOAD_SECRET: SECRET },
    });
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    const ended = once(child, 'close');
    await arrived.promise;
    // What the kernel does to its pipes when the other process is killed.
    child.stdout.destroy();
    child.stdin.destroy();
    assert.deepEqual([await ended, complaint], [[0, null], '']);
  });
});

async function start(server: Server): Promise<RunningLoad> {
  const { port } = server.address() as AddressInfo;
  return await begin({ gatewayUrl: `http://127.0.0.1:${port}`, journalFile: newJournal(), timeoutMs: 2000 });
}

async function begin(
  options: Pick<LoadOptions, 'gatewayUrl' | 'journalFile'> & Partial<LoadOptions>,
): Promise<RunningLoad> {
  const load = await startLoad({ ...OF_SYSTEM, rampSeconds: 0, ...PATIENT, ...options });
  begun.push(load);
  return load;
}

/** A server that answers as told; undefined breaks the connection. */
async function serve(
  answer: (request: {
    method: string;
    url: string;
    sent: { headline?: string };
  }) => { status: number; body?: unknown } | undefined,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const sent = text === '' ? {} : JSON.parse(text);
    const told = answer({ method: request.method ?? '', url: request.url ?? '', sent });
    if (told) response.writeHead(told.status).end(JSON.stringify(told.body ?? {}));
    else response.destroy();
  });
  return await listen(server);
}

async function listen(server: Server): Promise<Server> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
