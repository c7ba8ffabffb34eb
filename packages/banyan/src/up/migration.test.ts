import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FULL_SHARE, type Stage, type Target } from '@banyan/plan/stages';
import { createPool } from '@banyan/postgres';
import { freePort } from '@banyan/postgres/free-port';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { request } from 'undici';
import { ControlClient } from '../api/client.ts';
import { startSupervisor } from './supervisor.ts';

const TOKEN = 'a-token-of-the-test-0123456789abcdef';
const OWNERS = Array.from({ length: 12 }, (_, index) => `owner-${index}`);
const directory = mkdtempSync(join(tmpdir(), 'banyan-migration-'));
const closing: Array<() => Promise<unknown>> = [];

after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(directory, { recursive: true, force: true });
});

/** A system that has never heard of Banyan: one endpoint to read a note, one to write it, one table behind them. */
async function notesSystem(database: string, table: string, column: string): Promise<string> {
  const pool = createPool(database, { max: 4 });
  await pool.query(`CREATE TABLE ${table} (owner text PRIMARY KEY, ${column} text NOT NULL)`);
  const server: Server = createServer(async (req, res) => {
    if (req.url === '/health') return res.end('ok');
    const owner = String(req.headers['x-owner']);
    try {
      if (req.method === 'PUT') {
        let body = '';
        for await (const chunk of req) body += chunk;
        await pool.query(
          `INSERT INTO ${table} (owner, ${column}) VALUES ($1, $2) ON CONFLICT (owner) DO UPDATE SET ${column} = excluded.${column}`,
          [owner, body],
        );
        return res.end('saved');
      }
      const { rows } = await pool.query(`SELECT ${column} AS note FROM ${table} WHERE owner = $1`, [owner]);
      res.statusCode = rows[0] ? 200 : 404;
      return res.end(rows[0]?.note ?? '');
    } catch (error) {
      res.statusCode = 500;
      return res.end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await pool.end();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function notesIn(pool: pg.Pool, table: string, column: string): Promise<Record<string, string>> {
  const { rows } = await pool.query(`SELECT owner, ${column} AS note FROM ${table}`);
  return Object.fromEntries(rows.map(({ owner, note }) => [owner, note]));
}

it('moves a system that it did not start to a service and back, through a kill -9, without losing a write', {
  timeout: 300_000,
}, async () => {
  const postgres = await testServer();
  const [legacy, target, control] = await Promise.all(
    ['notes', 'noteservice', 'control'].map((name) => postgres.database(name)),
  );
  const monolithUrl = await notesSystem(legacy!, 'note', 'body');
  const serviceUrl = await notesSystem(target!, 'entry', 'content');
  const [gatewayPort, controlPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const config = join(directory, 'banyan.config.ts');
  writeFileSync(
    config,
    `import { copy, defineMigration, rename, table } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '..', 'index.ts')).href)};
export default defineMigration({
  name: 'notes',
  monolith: { url: ${JSON.stringify(monolithUrl)}, database: ${JSON.stringify(legacy)} },
  control: { database: ${JSON.stringify(control)}, port: ${controlPort} },
  gateway: { port: ${gatewayPort}, adminPort: ${adminPort}, workers: 1, rateLimit: null },
  rollout: { steps: ['50%', '100%'], observeSeconds: 0, minRequests: 1, minCompared: 1, maxVerificationAgeSeconds: 3 },
  services: {
    notes: {
      url: ${JSON.stringify(serviceUrl)},
      database: ${JSON.stringify(target)},
      health: '/health',
      tables: [table({
        legacy: { table: 'note', key: ['owner'] },
        service: { table: 'entry', key: ['owner'] },
        owner: { by: 'key', legacyColumn: 'owner', serviceColumn: 'owner' },
        columns: [copy('owner'), rename('body', 'content')],
      })],
      routes: [
        { route: 'GET /note', key: 'header.x-owner', auth: 'none' },
        { route: 'PUT /note', key: 'header.x-owner', auth: 'none', writes: ['note'] },
      ],
    },
  },
});
`,
  );
  const banyan = await startSupervisor({ plan: config, token: TOKEN, logDirectory: join(directory, 'logs') });
  closing.push(() => banyan.stop());
  const operator = new ControlClient(`http://127.0.0.1:${controlPort}`, TOKEN);
  const pools = [createPool(legacy!, { max: 1 }), createPool(target!, { max: 1 })] as const;
  closing.push(() => Promise.all(pools.map((pool) => pool.end())));

  const acknowledged: Record<string, string> = {};
  const stale: string[] = [];
  const failures: string[] = [];
  let busy = true;
  const users = OWNERS.map(async (owner) => {
    for (let n = 1; busy; n += 1) {
      const headers = { 'x-owner': owner };
      const url = `http://127.0.0.1:${gatewayPort}/note`;
      const saved = await request(url, { method: 'PUT', headers, body: `${owner} ${n}` });
      const answer = await saved.body.text();
      if (saved.statusCode === 200) acknowledged[owner] = `${owner} ${n}`;
      else failures.push(`${owner} ${n}: ${saved.statusCode} ${answer}`);
      const read = await (await request(url, { headers })).body.text();
      if (read !== acknowledged[owner]) stale.push(`${owner}: ${read} instead of ${acknowledged[owner]}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  const goTo = async (target: Target) => {
    await operator.advance('notes', target);
    await until(target.stage);
  };
  const until = async (stage: Stage) => {
    for (;;) {
      const status = await operator.status().catch(() => null); // the controller may be between two lives
      const notes = status?.services[0];
      assert.ok(!notes?.paused, notes?.paused ?? '');
      if (notes?.stage === stage) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  await goTo({ stage: 'shadowing', share: 0 });
  await goTo({ stage: 'canary', share: 5_000 });
  process.kill(banyan.pids().controller!, 'SIGKILL');
  await until('canary');
  await goTo({ stage: 'migrated', share: FULL_SHARE });
  const onService = await notesIn(pools[1], 'entry', 'content');
  assert.equal(Object.keys(onService).length, OWNERS.length);
  await operator.rollback('notes', 'the test goes back');
  await until('monolith');
  const steps = await operator.steps('notes', 2);
  assert.deepEqual(
    steps.map(({ reason }) => reason),
    ['back to monolith: the test goes back', 'back to 0%: the test goes back'],
  );
  assert.equal((await operator.status()).services[0]!.reason, 'the test goes back');
  busy = false;
  await Promise.all(users);

  assert.deepEqual(failures.slice(0, 3), []);
  assert.deepEqual(await notesIn(pools[0], 'note', 'body'), acknowledged);
  assert.deepEqual(stale, []);
});
