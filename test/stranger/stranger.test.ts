import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import { waitForExit } from '@banyan/postgres/process';
import { countOf, makeDatabases, runScripts, type Script, thingsIn } from './databases.ts';
import { cleanEnvironment, strangeFolder } from './folder.ts';
import { Users } from './users.ts';

const SECRET = 'the secret of a shop that knows nothing of us';
const NAMES = Array.from({ length: 24 }, (_, n) => `user${n}`);
const PYTHON = spawnSync('python3', ['--version'], { encoding: 'utf8' });

const cleanUp: Array<() => unknown> = [];

test('a stranger moves a monolith of another language forward, back, forward and out, and nothing fails or is lost', {
  timeout: 1_800_000,
}, async (t) => {
  t.after(async () => {
    for (const each of cleanUp.reverse()) await each();
  });
  const { folder, how, remove } = strangeFolder();
  cleanUp.push(remove);
  t.diagnostic(`installed by ${how}`);
  t.diagnostic(
    PYTHON.status === 0
      ? `the monolith is in ${PYTHON.stdout.trim()}`
      : 'no Python here: the monolith is in Node',
  );
  const databases = await makeDatabases(folder);
  const ports = {
    shop: await freePort(),
    comments: await freePort(),
    gateway: await freePort(),
    control: await freePort(),
    admin: await freePort(),
  };
  const env = {
    SHOP_URL: `http://127.0.0.1:${ports.shop}`,
    SHOP_DATABASE_URL: databases.shop.banyan,
    COMMENTS_URL: `http://127.0.0.1:${ports.comments}`,
    COMMENTS_DATABASE_URL: databases.comments.banyan,
    BANYAN_DATABASE_URL: databases.control.banyan,
    SHOP_SECRET: SECRET,
    GATEWAY_PORT: String(ports.gateway),
    CONTROL_PORT: String(ports.control),
    ADMIN_PORT: String(ports.admin),
    // Some fifty processes run what is installed here; the run's own cache would keep it for ever.
    NODE_COMPILE_CACHE: join(folder, 'node_modules', '.cache'),
  };
  const banyan = async (...args: string[]) => {
    const { code, stdout, stderr } = await command('npx', ['@banyan/cli', ...args], folder, env);
    assert.equal(code, 0, `banyan ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };

  const monolith = PYTHON.status === 0 ? ['python3', 'monolith.py'] : [process.execPath, 'app.mjs'];
  const own = { SECRET, ARTICLES: 'yes' };
  await serve(monolith, folder, env.SHOP_URL, { ...own, DATABASE_URL: databases.shop.owner });
  await serve([process.execPath, 'app.mjs'], folder, env.COMMENTS_URL, {
    SECRET,
    DATABASE_URL: databases.comments.owner,
  });

  const asked = await command('npx', ['@banyan/cli', 'check', '--sql', '--json'], folder, env);
  assert.equal(asked.code, 1, `nothing is missing? ${asked.stdout}\n${asked.stderr}`);
  await runScripts(JSON.parse(asked.stdout) as Script[], databases);
  await banyan('check');

  const up = spawn('npx', ['@banyan/cli', 'up'], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp.push(() => up.kill('SIGTERM'));
  await said(up, /Banyan is up/);

  const users = new Users(`http://127.0.0.1:${ports.gateway}`, SECRET);
  cleanUp.push(() => users.stop());
  const onMonolith = () => readComments(databases.shop.owner);
  const onService = () => readComments(databases.comments.owner);
  const old = await onMonolith();
  users.start(NAMES);
  await Promise.all([banyan('advance', 'comments', '--to', 'migrated'), records(banyan, folder)]);
  await banyan('rollback', 'comments');
  await users.stop();
  assert.deepEqual(users.ledger.failures, []);
  assert.deepEqual(await onMonolith(), together(old, users));

  users.start(NAMES);
  await banyan('advance', 'comments', '--to', 'migrated');
  await users.stop();
  // What the monolith deletes from now on it deletes alone.
  users.deleting = false;
  users.start(NAMES);
  await banyan('retire', 'comments', '--yes');
  await users.stop();
  assert.deepEqual(users.ledger.failures, []);
  assert.deepEqual(await onService(), together(old, users));
  t.diagnostic(
    `${users.ledger.acknowledged} requests answered, 0 failed; ${users.ledger.comments.size} comments to find, all found`,
  );

  const children = (
    JSON.parse(readFileSync(join(folder, '.banyan', 'up', 'children.json'), 'utf8')) as { pid: number }[]
  ).map(({ pid }) => pid);
  up.kill('SIGTERM');
  for (const pid of children)
    assert.equal(await waitForExit(pid, 60_000), true, `process ${pid} outlives npx`);
  await rehearses(folder, env, monolith);
});

/** What the users ask for meanwhile is written down, and nothing by which they could be known, or which they wrote. */
async function records(banyan: (...args: string[]) => Promise<string>, folder: string): Promise<void> {
  const also = 'POST /api/articles,DELETE /api/articles/:slug';
  await banyan('record', '--for', '5s', '--share', '100%', '--also', also, '--to', 'traffic.ndjson');
  const file = join(folder, 'traffic.ndjson');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  for (const secret of [/user\d/, / says /, /changed in/, /eyJ/]) assert.doesNotMatch(text, secret);
}

/** The whole way and back once more, on a copy of the shop, where its own users ask for what was recorded. */
async function rehearses(folder: string, env: Record<string, string>, monolith: string[]): Promise<void> {
  const copy = await makeDatabases(folder);
  const own = {
    ...env,
    SHOP_DATABASE_URL: copy.shop.banyan,
    COMMENTS_DATABASE_URL: copy.comments.banyan,
    BANYAN_DATABASE_URL: copy.control.banyan,
  };
  const asked = await command('npx', ['@banyan/cli', 'check', '--sql', '--json'], folder, own);
  await runScripts(JSON.parse(asked.stdout) as Script[], copy);
  const before = [await thingsIn(copy), await countOf(copy.comments.admin, 'comments')];
  const names = Object.values(copy).map(({ banyan: url }) => new URL(url).host + new URL(url).pathname);
  const run = (program: string[], port: string, database: string) =>
    `PORT=$${port} DATABASE_URL=${database} ${program.map((word) => JSON.stringify(word)).join(' ')} & `;
  const start = [
    `export SECRET=${JSON.stringify(SECRET)} ARTICLES=yes; `,
    run(monolith, 'BANYAN_MONOLITH_PORT', copy.shop.owner),
    run([process.execPath, 'app.mjs'], 'BANYAN_COMMENTS_PORT', copy.comments.owner),
    'wait',
  ].join('');
  const args = ['--traffic', 'traffic.ndjson', '--speed', '0.25', '--hold', '1', '--json', '--start', start];
  const { code, stdout, stderr } = await command(
    'npx',
    ['@banyan/cli', 'rehearse', '--copy', names.join(','), ...args],
    folder,
    own,
  );
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const { failed, unfinished, rollback, writes, notJudged } = JSON.parse(stdout);
  assert.deepEqual([failed, unfinished, writes.lost, writes.doubled], [0, [], 0, 0]);
  assert.deepEqual(rollback, { proven: true, lossless: true });
  assert.ok(writes.acknowledged > 0);
  assert.match(notJudged.join('\n'), /the recording was gone through/);
  assert.deepEqual([await thingsIn(copy), await countOf(copy.comments.admin, 'comments')], before);
}

/** Runs a command, which is ended when it hangs; what goes on here meanwhile goes on. */
async function command(name: string, args: string[], cwd: string, env: Record<string, string>) {
  const child = spawn(name, args, { cwd, env: { ...cleanEnvironment(), ...env }, timeout: 600_000 });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

/** Starts a server of the stranger's and resolves when it answers. */
async function serve(
  command: string[],
  cwd: string,
  url: string,
  env: Record<string, string>,
): Promise<void> {
  const PORT = new URL(url).port;
  const child = spawn(command[0]!, command.slice(1), {
    cwd,
    env: { ...cleanEnvironment(), ...env, PORT },
    stdio: 'inherit',
  });
  cleanUp.push(() => child.kill('SIGKILL'));
  while (!(await fetch(`${url}/health`).catch(() => null))?.ok) {
    assert.equal(child.exitCode, null, `${command.join(' ')} ended`);
    await pause(50);
  }
}

/** Resolves when it has said this; goes on reading, or it would have nobody to talk to. */
function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (chunk) => {
      seen += chunk;
      if (pattern.test(seen)) resolve();
    });
    child.once('close', () => reject(new Error(`ended without ${pattern}: ${seen}`)));
  });
}

type Row = { id: number; author: string; article: string; body: string };

async function readComments(url: string): Promise<Row[]> {
  const pool = createPool(url, { max: 1 });
  const { rows } = await pool
    .query('SELECT id::text, author, article, body FROM comments ORDER BY comments.id')
    .finally(() => pool.end());
  // The service numbers from far above the monolith's, beyond what an integer of PostgreSQL holds.
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

/** What was there before, and what the users were told since. */
function together(old: readonly Row[], { ledger }: Users): Row[] {
  const added = [...ledger.comments].map(([id, comment]) => ({ id, ...comment }));
  return [...old, ...added].sort((a, b) => a.id - b.id);
}
