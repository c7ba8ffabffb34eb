import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Plan, PlanRoute, PlanService } from '@banyan/plan';
import type { Stage, Target } from '@banyan/plan/stages';
import { createPool } from '@banyan/postgres';
import { freePort } from '@banyan/postgres/free-port';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { request } from 'undici';
import { ControlClient } from '../api/client.ts';
import { startSupervisor } from '../up/supervisor.ts';

/** What a small system answers a request with: the first row of a statement, run with what `values` makes of the request. */
export type Endpoint = [
  method: 'GET' | 'POST' | 'PUT',
  path: RegExp,
  sql: string,
  values: (given: Given) => string[],
];

/** `part`: what the path's first group has found. */
type Given = { part: string; user: string; body: string };

export type SmallSystem = { url: string; database: string; pool: pg.Pool };

export type Answer = {
  status: number;
  /** Which system has answered. */
  from?: string;
  value?: string;
  id?: string;
  code?: string;
  /** It may be older than what its reader wrote. */
  stale: boolean;
};

/** A system that has never heard of Banyan: an HTTP server and its tables. */
export async function aSmallSystem(
  t: TestContext,
  from: string,
  tables: string,
  endpoints: readonly Endpoint[],
): Promise<SmallSystem> {
  const database = await (await testServer()).database(from);
  const pool = createPool(database, { max: 8 });
  await pool.query(tables);
  const answer = async (req: IncomingMessage): Promise<{ status: number; value?: string; id?: string }> => {
    let body = '';
    for await (const chunk of req) body += chunk;
    for (const [method, path, sql, values] of endpoints) {
      const match = path.exec(req.url!);
      if (method !== req.method || !match) continue;
      const given = { part: match[1] ?? '', user: String(req.headers['x-user']), body };
      const { rows } = await pool.query(sql, values(given));
      return rows[0] ? { status: 200, ...rows[0] } : { status: 404 };
    }
    return { status: 404 };
  };
  const server = createServer((req, res) => {
    if (req.url === '/health') return res.end('ok');
    return answer(req).then(
      ({ status, ...row }) => res.writeHead(status).end(JSON.stringify({ from, ...row })),
      (error) => res.writeHead(500).end(JSON.stringify({ from, error: String(error) })),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await pool.end();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, database, pool };
}

/** A route that anybody may ask for; what it reads is the same wherever it comes from. */
export function openRoute(route: string, key: PlanRoute['key'], writes?: string[]): PlanRoute {
  return { route, key, auth: 'none', ...(writes ? { writes } : { ignore: { fields: ['/from'] } }) };
}

/** All that `banyan up` starts for a plan of small systems, with a gateway of two workers, and its operator. */
export async function operated(
  t: TestContext,
  monolith: SmallSystem,
  services: Record<string, Pick<PlanService, 'tables' | 'routes'> & { system: SmallSystem }>,
) {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-operated-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const control = await (await testServer()).database('control');
  const [port, controlPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const plan: Plan = {
    name: 'small',
    monolith: { url: monolith.url, database: monolith.database },
    control: { database: control, port: controlPort },
    gateway: { port, adminPort, workers: 2, rateLimit: null },
    rollout: {
      steps: ['50%', '100%'],
      observeSeconds: 0,
      minRequests: 1,
      minCompared: 1,
      maxMismatchRatio: 1,
      maxLatencyRatio: 1_000,
      fenceLimitMs: 10_000,
    },
    services: Object.fromEntries(
      Object.entries(services).map(([name, { system, ...service }]) => [
        name,
        { url: system.url, database: system.database, health: '/health', ...service },
      ]),
    ),
  };
  const file = join(directory, 'banyan.config.ts');
  writeFileSync(file, `export default ${JSON.stringify(plan)};\n`);
  const token = 'a-token-of-the-test-0123456789abcdef';
  const banyan = await startSupervisor({ plan: file, token, logDirectory: join(directory, 'logs') });
  t.after(() => banyan.stop());
  const operator = new ControlClient(`http://127.0.0.1:${controlPort}`, token);
  const call = async (method: Endpoint[0], path: string, body = '', user = ''): Promise<Answer> => {
    const init = { method, headers: { 'x-user': user }, ...(method === 'GET' ? {} : { body }) };
    const { statusCode, headers, body: text } = await request(`http://127.0.0.1:${port}${path}`, init);
    const answer = (await text.json()) as Omit<Answer, 'status' | 'stale'>;
    return { ...answer, status: statusCode, stale: headers['x-banyan-stale'] !== undefined };
  };
  /** As a client does that heeds Retry-After: who is refused because a key cannot be told comes again. */
  const persist = async (...args: Parameters<typeof call>): Promise<Answer> => {
    for (;;) {
      const answer = await call(...args);
      if (answer.status !== 503) return answer;
      await delay(50, undefined, { signal: t.signal });
    }
  };
  const arrive = async (name: string, stage: Stage, share?: number) => {
    for (;;) {
      const status = await operator.status().catch(() => null); // the controller may be between two lives
      const one = status?.services.find(({ service }) => service === name);
      assert.ok(!one?.paused, one?.paused ?? '');
      if (one?.stage === stage && (share === undefined || one.share === share)) return;
      await delay(50, undefined, { signal: t.signal });
    }
  };
  const goTo = async (name: string, target: Target) => {
    await operator.advance(name, target);
    await arrive(name, target.stage, target.stage === 'canary' ? target.share : undefined);
  };
  return { banyan, operator, call, persist, goTo, arrive };
}
