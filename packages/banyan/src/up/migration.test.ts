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

/** Where a kind of texts is kept: one for each owner. */
type Kept = { table: string; column: string };

/** A system that has never heard of Banyan: of each kind of texts an endpoint to read one, one to write it, and one table behind them. */
async function textsSystem(database: string, kinds: Record<string, Kept>): Promise<string> {
  const pool = createPool(database, { max: 4 });
  for (const { table, column } of Object.values(kinds))
    await pool.query(`CREATE TABLE ${table} (owner text PRIMARY KEY, ${column} text NOT NULL)`);
  const server: Server = createServer(async (req, res) => {
    if (req.url === '/health') return res.end('ok');
    const owner = String(req.headers['x-owner']);
    const { table, column } = kinds[req.url!.slice(1)]!;
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
      const { rows } = await pool.query(`SELECT ${column} AS text FROM ${table} WHERE owner = $1`, [owner]);
      res.statusCode = rows[0] ? 200 : 404;
      return res.end(rows[0]?.text ?? '');
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

async function textsIn(pool: pg.Pool, { table, column }: Kept): Promise<Record<string, string>> {
  const { rows } = await pool.query(`SELECT owner, ${column} AS text FROM ${table}`);
  return Object.fromEntries(rows.map(({ owner, text }) => [owner, text]));
}

const KINDS = ['note', 'label'] as const;
/** By kind. */
const LEGACY = { note: { table: 'note', column: 'body' }, label: { table: 'label', column: 'words' } };
const ENTRIES = { table: 'entry', column: 'content' };

it('moves a system that it did not start to two services in the same steps and back, through a kill -9 in the middle of one each way, without losing a write', {
  timeout: 300_000,
}, async () => {
  const postgres = await testServer();
  const [legacy, notes, labels, control] = (await Promise.all(
    ['texts', 'notes', 'labels', 'control'].map((name) => postgres.database(name)),
  )) as [string, string, string, string];
  const monolithUrl = await textsSystem(legacy, LEGACY);
  const databases = { note: notes, label: labels };
  const [gatewayPort, controlPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const serviceOf = async (kind: (typeof KINDS)[number], together: string[]) => `
    ${kind}s: {
      url: ${JSON.stringify(await textsSystem(databases[kind], { [kind]: ENTRIES }))},
      database: ${JSON.stringify(databases[kind])},
      health: '/health',
      together: ${JSON.stringify(together)},
      tables: [table({
        legacy: { table: '${LEGACY[kind].table}', key: ['owner'] },
        service: { table: 'entry', key: ['owner'] },
        owner: { by: 'key', legacyColumn: 'owner', serviceColumn: 'owner' },
        columns: [copy('owner'), rename('${LEGACY[kind].column}', 'content')],
      })],
      routes: [
        { route: 'GET /${kind}', key: 'header.x-owner', auth: 'none' },
        { route: 'PUT /${kind}', key: 'header.x-owner', auth: 'none', writes: ['${LEGACY[kind].table}'] },
      ],
    },`;
  const config = join(directory, 'banyan.config.ts');
  writeFileSync(
    config,
    `import { copy, defineMigration, rename, table } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '..', 'index.ts')).href)};
export default defineMigration({
  name: 'texts',
  monolith: { url: ${JSON.stringify(monolithUrl)}, database: ${JSON.stringify(legacy)} },
  control: { database: ${JSON.stringify(control)}, port: ${controlPort} },
  gateway: { port: ${gatewayPort}, adminPort: ${adminPort}, workers: 1, rateLimit: null },
  rollout: { steps: ['50%', '100%'], observeSeconds: 0, minRequests: 1, minCompared: 1, maxVerificationAgeSeconds: 3, fenceLimitMs: 10_000 },
  services: {${await serviceOf('note', ['labels'])}${await serviceOf('label', [])}
  },
});
`,
  );
  const banyan = await startSupervisor({ plan: config, token: TOKEN, logDirectory: join(directory, 'logs') });
  closing.push(() => banyan.stop());
  const operator = new ControlClient(`http://127.0.0.1:${controlPort}`, TOKEN);
  const pools = {
    legacy: createPool(legacy, { max: 2 }),
    note: createPool(notes, { max: 2 }),
    label: createPool(labels, { max: 2 }),
    control: createPool(control, { max: 1 }),
  };
  closing.push(() => Promise.all(Object.values(pools).map((pool) => pool.end())));

  const acknowledged: Record<(typeof KINDS)[number], Record<string, string>> = { note: {}, label: {} };
  const stale: string[] = [];
  const failures: string[] = [];
  let busy = true;
  const users = OWNERS.map(async (owner) => {
    for (let n = 1; busy; n += 1) {
      for (const kind of KINDS) {
        const headers = { 'x-owner': owner };
        const url = `http://127.0.0.1:${gatewayPort}/${kind}`;
        const saved = await request(url, { method: 'PUT', headers, body: `${owner} ${n}` });
        const answer = await saved.body.text();
        if (saved.statusCode === 200) acknowledged[kind][owner] = `${owner} ${n}`;
        else failures.push(`${kind} of ${owner} ${n}: ${saved.statusCode} ${answer}`);
        const read = await (await request(url, { headers })).body.text();
        const known = acknowledged[kind][owner];
        if (read !== known) stale.push(`${kind} of ${owner}: ${read} instead of ${known}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  const goTo = async (target: Target) => {
    await operator.advance('notes', target);
    await until(target.stage, target.share);
  };
  const until = async (stage: Stage, share?: number) => {
    for (;;) {
      const status = await operator.status().catch(() => null); // the controller may be between two lives
      const services = status?.services ?? [];
      for (const { paused } of services) assert.ok(!paused, paused ?? '');
      const there = services.filter(
        (one) => one.stage === stage && (share === undefined || one.share === share),
      );
      if (there.length === KINDS.length) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Kills a process of Banyan while a step of both waits for a writer of one of them. */
  const killInTheMiddle = async (
    which: 'controller' | 'applier',
    writer: { of: pg.Pool; table: string },
    begin: () => Promise<unknown>,
  ) => {
    const holder = await writer.of.connect();
    await holder.query(`BEGIN; LOCK TABLE ${writer.table} IN ROW EXCLUSIVE MODE`);
    await begin();
    const open = `SELECT FROM control.fences WHERE state = 'holding'`;
    const acked = `SELECT FROM control.fence_acks JOIN control.fences ON id = fence_id WHERE state = 'holding'`;
    for (;;) {
      const [fences, acks] = [await pools.control.query(open), await pools.control.query(acked)];
      if (fences.rowCount === KINDS.length && acks.rowCount === KINDS.length) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    process.kill(banyan.pids()[which]!, 'SIGKILL');
    await holder.query('COMMIT');
    holder.release();
  };

  await goTo({ stage: 'shadowing', share: 0 });
  await goTo({ stage: 'canary', share: 5_000 });
  await killInTheMiddle('controller', { of: pools.legacy, table: 'label' }, () =>
    operator.advance('labels', { stage: 'migrated', share: FULL_SHARE }),
  );
  await until('migrated');
  for (const kind of KINDS)
    assert.equal(Object.keys(await textsIn(pools[kind], ENTRIES)).length, OWNERS.length);
  await killInTheMiddle('applier', { of: pools.label, table: 'entry' }, () =>
    operator.rollback('notes', 'the test goes back'),
  );
  await until('monolith');
  for (const service of ['notes', 'labels']) {
    const steps = await operator.steps(service, 2);
    assert.deepEqual(
      steps.map(({ reason }) => reason),
      ['back to monolith: the test goes back', 'back to 0%: the test goes back'],
    );
  }
  assert.equal((await operator.status()).services[0]!.reason, 'the test goes back');
  busy = false;
  await Promise.all(users);

  assert.deepEqual(failures.slice(0, 3), []);
  for (const kind of KINDS)
    assert.deepEqual(await textsIn(pools.legacy, LEGACY[kind]), acknowledged[kind], kind);
  assert.deepEqual(stale, []);
  const tables = await pools.control.query(`SELECT body -> 'services' AS services FROM control.route_tables`);
  for (const { services } of tables.rows) assert.equal(services.notes.share, services.labels.share);
  const shares = new Set(tables.rows.map(({ services }) => services.notes.share));
  assert.deepEqual(shares, new Set([0, 5_000, FULL_SHARE]));
});
