import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testServer } from '@banyan/postgres/testing';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { createMonolith } from '../monolith/app.ts';
import { connect } from '../monolith/database.ts';
import { generate } from '../monolith/generate.ts';
import { audit } from './audit.ts';
import { createClient } from './client.ts';
import { spawnTraffic } from './process.ts';
import { monolithReader } from './readers.ts';
import { createRecorder } from './stats.ts';
import { startTraffic, type Traffic, type TrafficOptions, type TrafficStats } from './traffic.ts';

const SIZE = { users: 150, companies: 5, jobs: 30, applications: 300 };
const SECRET = 'the secret of the legacy system';
/** A machine that is busy with something else answers late, and that is no failure. */
const PATIENT = { ratePerSecond: 200, timeoutMs: 120_000 };
const users = { count: SIZE.users, jwtSecret: SECRET };
const directory = mkdtempSync(join(tmpdir(), 'traffic-'));
let pool: pg.Pool;
let monolith: FastifyInstance;
let gatewayUrl: string;
let runs = 0;

before(async () => {
  pool = connect(await (await testServer()).database('traffic'));
  await generate(pool, { ...SIZE, bcryptCost: 4 });
  monolith = await createMonolith(pool, {
    jwtSecret: SECRET,
    bcryptCost: 4,
    accessTokenSeconds: 600,
    refreshTokenDays: 30,
  });
  gatewayUrl = await monolith.listen({ port: 0, host: '127.0.0.1' });
});

const running: Traffic[] = [];
const servers: Server[] = [];

after(async () => {
  for (const server of servers) server.close();
  await Promise.all(running.map((traffic) => traffic.stop()));
  await monolith?.close();
  await pool?.end();
  rmSync(directory, { recursive: true });
});

const newJournal = () => join(directory, `${++runs}.jsonl`);

async function until(traffic: { stats(): TrafficStats | Promise<TrafficStats> }, requests: number) {
  while ((await traffic.stats()).requests < requests) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the traffic', () => {
  it('finds every promise of a healthy system kept', async () => {
    const journal = newJournal();
    const traffic = load({ gatewayUrl, journalFile: journal });
    await until(traffic, 300);
    traffic.stage('second');
    await until(traffic, 600);
    const { failures, violations, stages, inFlight } = await traffic.stop();
    assert.deepEqual(
      stages.flatMap(({ samples }) => samples),
      [],
    );
    assert.deepEqual([failures, violations.count, inFlight], [0, 0, 0]);
    assert.deepEqual(
      stages.map(({ stage, requests }) => [stage, requests > 200]),
      [
        ['monolith', true],
        ['second', true],
      ],
    );
    const { acknowledged, found, lost, doubled, resurrected } = await audit({
      journal,
      read: monolithReader(pool),
    });
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
    const journal = newJournal();
    const traffic = load({ gatewayUrl, journalFile: journal, seed: 2 });
    await until(traffic, 300);
    await traffic.stop();
    await pool.query(`UPDATE users SET headline = 'restored from a backup' WHERE headline LIKE 'h-%'`);
    const { lost } = await audit({ journal, read: monolithReader(pool) });
    assert.ok(lost > 10);
  });

  it('notices an older value after a newer one was acknowledged', async () => {
    const stale = await serve((request) => {
      const me = { id: 1, email: 'x@example.com', headline: 'from a stale replica' };
      if (request.method === 'PUT') return { status: 200, body: { ...me, headline: request.sent.headline } };
      return { status: 200, body: me };
    });
    const traffic = start(stale);
    await until(traffic, 300);
    const { violations } = await traffic.stop();
    const older = violations.samples.find(({ kind }) => kind === 'GET /users/me');
    assert.match(older?.expected ?? '', /^h-\d+-\d+$/);
    assert.equal(older?.got, 'from a stale replica');
    // Logins too are answered with a profile here.
    assert.ok(violations.samples.some(({ kind }) => kind === 'answer'));
  });

  it('counts errors, strange answers and silence as failures, with samples, and writes no more where it is unclear', async () => {
    const broken = await serve((request) => {
      if (request.method === 'PUT') return { status: 503 };
      return request.url.includes('/auth/me') ? undefined : { status: 418 };
    });
    const traffic = start(broken);
    const kinds = () => {
      const samples = traffic.stats().stages.flatMap((stage) => stage.samples);
      return new Set(samples.map(({ status, error }) => (error === null ? status : 'silence')));
    };
    // A stage keeps its first samples only, and chance decides what comes first.
    for (let requests = 100; kinds().size < 3; requests += 100) {
      traffic.stage(`up to ${requests}`);
      await until(traffic, requests);
    }
    assert.deepEqual(kinds(), new Set([503, 418, 'silence']));
    const { requests, failures } = await traffic.stop();
    assert.equal(failures, requests);
  });

  it('does not wait for a slow system: requests go on arriving, and the wait is in their latency', async () => {
    const held: (() => void)[] = [];
    const slow = await listen(
      createServer((_request, response) => {
        held.push(() => response.writeHead(418).end());
      }),
    );
    const traffic = start(slow);
    while (held.length < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(traffic.stats().inFlight >= 100);
    const release = setInterval(() => {
      for (const answer of held.splice(0)) answer();
    }, 5);
    const { stages } = await traffic.stop();
    clearInterval(release);
    assert.ok(stages[0]!.maxMs > stages[0]!.p50Ms);
  });

  it('runs as a process of its own, by the same words', async () => {
    const journal = newJournal();
    const traffic = await spawnTraffic({
      gatewayUrl,
      journalFile: journal,
      users,
      jobs: SIZE.jobs,
      seed: 3,
      stage: 'first',
      ...PATIENT,
    });
    await until(traffic, 100);
    traffic.stage('second');
    await until(traffic, 200);
    const stopped = await traffic.stop();
    assert.deepEqual(
      stopped.stages.map(({ stage }) => stage),
      ['first', 'second'],
    );
    assert.equal(stopped.failures, 0);
    assert.deepEqual(await traffic.stop(), stopped);
    const { acknowledged, lost } = await audit({ journal, read: monolithReader(pool) });
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
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const flags = ['--gateway', `http://127.0.0.1:${port}`, '--journal', newJournal(), '--users', '100'];
    const child = spawn(process.execPath, [main, ...flags], { env: { ...process.env, JWT_SECRET: SECRET } });
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

function start(server: Server): Traffic {
  const { port } = server.address() as AddressInfo;
  return load({ gatewayUrl: `http://127.0.0.1:${port}`, journalFile: newJournal(), timeoutMs: 2000 });
}

function load(options: Omit<TrafficOptions, 'users' | 'jobs'>): Traffic {
  const traffic = startTraffic({ users, jobs: SIZE.jobs, rampSeconds: 0, ...PATIENT, ...options });
  running.push(traffic);
  return traffic;
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
