import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { type Databases, makeDatabases, runScripts } from './databases.ts';
import { cleanEnvironment } from './folder.ts';

/** A generous bound for a whole rehearsal on a busy machine, ms. */
const PATIENCE_MS = 300_000;
const SHOP = join(import.meta.dirname, 'shop');
const BANYAN = resolve(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'banyan.js');
const SECRET = 'the secret of a shop that knows nothing of us';
/** What a test of the command needs no patience for: two stages a second. */
const QUICK = ['--rate', '60', '--hold', '1'];

let folder: string;
let databases: Databases;
let env: Record<string, string>;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'a shop (rehearsed) '));
  for (const file of ['banyan.config.ts', 'load.ts']) cpSync(join(SHOP, file), join(folder, file));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  databases = await makeDatabases(SHOP);
  env = {
    SHOP_URL: 'http://127.0.0.1:1',
    SHOP_DATABASE_URL: databases.shop.banyan,
    COMMENTS_URL: 'http://127.0.0.1:1',
    COMMENTS_DATABASE_URL: databases.comments.banyan,
    BANYAN_DATABASE_URL: databases.control.banyan,
    SHOP_SECRET: SECRET,
    GATEWAY_PORT: '8080',
    CONTROL_PORT: '7070',
    ADMIN_PORT: '7071',
  };
  const { stdout } = await banyan('check', '--sql', '--json');
  await runScripts(JSON.parse(stdout), databases);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a rehearsal on a copy of a shop that is not ours', { timeout: PATIENCE_MS }, () => {
  test('moves its service out and back under its own load, loses nothing, and leaves nothing behind', async () => {
    const before = await placed();
    const { code, stdout, stderr } = await banyan('rehearse', ...copies(), ...started(), ...QUICK, '--json');
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.failed, report.writes.lost, report.writes.doubled], [0, 0, 0]);
    assert.ok(report.writes.acknowledged > 0);
    assert.deepEqual(report.unfinished, []);
    assert.deepEqual(report.rollback, { proven: true, lossless: true });
    assert.deepEqual(await placed(), before);
  });
});

/** The statement that all that the plan names are copies. */
function copies(): string[] {
  const names = Object.values(databases).map(({ banyan }) => {
    const { host, pathname } = new URL(banyan);
    return `${host}${pathname}`;
  });
  return ['--load', 'load.ts', '--copy', names.join(',')];
}

/** How the shop starts: the monolith and its service, on the ports that they are told. */
function started(): string[] {
  const app = JSON.stringify(join(SHOP, 'app.mjs'));
  const node = JSON.stringify(process.execPath);
  const monolith = `ARTICLES=yes PORT=$BANYAN_MONOLITH_PORT DATABASE_URL=${databases.shop.owner} ${node} ${app}`;
  const service = `PORT=$BANYAN_COMMENTS_PORT DATABASE_URL=${databases.comments.owner} ${node} ${app}`;
  return ['--start', `export SECRET=${JSON.stringify(SECRET)}; ${monolith} & ${service} & wait`];
}

/** All that a rehearsal could leave: things in the catalogs, rows of the service, files. */
async function placed(): Promise<unknown> {
  const inDatabase = async (url: string) => {
    const pool = createPool(url, { max: 1 });
    const { rows } = await pool
      .query(
        `SELECT 'schema ' || nspname AS thing FROM pg_namespace WHERE nspname !~ '^pg_'
         UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
         UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
         UNION ALL SELECT 'publication ' || pubname FROM pg_publication
         UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT 'session of ' || application_name FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY 1`,
      )
      .finally(() => pool.end());
    return rows.map(({ thing }) => thing);
  };
  return {
    shop: await inDatabase(databases.shop.admin),
    comments: await inDatabase(databases.comments.admin),
    control: await inDatabase(databases.control.admin),
    rows: await countOf(databases.comments.admin, 'comments'),
    files: readdirSync(join(folder)).filter((name) => name !== '.banyan'),
  };
}

async function countOf(url: string, table: string): Promise<number> {
  const pool = createPool(url, { max: 1 });
  const { rows } = await pool.query(`SELECT count(*)::int AS count FROM ${table}`).finally(() => pool.end());
  return rows[0].count;
}

async function banyan(...args: string[]) {
  const child = start(args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

function start(args: string[]): ChildProcess {
  return spawn(process.execPath, [BANYAN, ...args], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
