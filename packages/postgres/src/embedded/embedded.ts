import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { errorCode, PostgresError } from '../errors.ts';
import { quoteIdent } from '../quote.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { dataHome, ensureCluster, passwordOf } from './data.ts';
import { freePort, isFree } from './free-port.ts';
import { chooseUser, type RunAs } from './identity.ts';
import { claimDirectory } from './lock.ts';
import { isAlive, servesDirectory, signal, waitForExit } from './process.ts';
import { watchOverServer } from './watcher.ts';

export interface EmbeddedOptions {
  /**
   * Everything is kept here, but as root below a closed directory, where the server's user cannot get in: its location
   * only, see `dataHome`. `removeEmbedded` removes both.
   */
  directory: string;
  /** Default: the port of the last run if it is free, else any free one that no outgoing connection may take. */
  port?: number;
  /** Server settings on top of `DEFAULT_SETTINGS`, such as `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>;
  /** Throw away what an earlier run left. Default false. */
  fresh?: boolean;
  /** Where the binaries are. Default: the npm package of this platform. */
  native?: string;
}

export interface EmbeddedServer {
  readonly port: number;
  /** The postmaster's. */
  readonly pid: number;
  /** With the password; `postgres` is the default database. */
  url(database?: string): string;
  /** Creates the database unless it is there; its url. */
  createDatabase(name: string): Promise<string>;
  /** Shuts down cleanly: clients are disconnected, everything is on disk. Again is no error. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash leaves, for tests. */
  kill(): Promise<void>;
}

/**
 * Starts a PostgreSQL of our own on 127.0.0.1, made for logical replication, and survives what an earlier run
 * left: a stale lock file, a half-made cluster, an orphaned server. Throws `EMBEDDED_IN_USE` if another live
 * process has the directory, `EMBEDDED_NO_BINARY` where no binary runs.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  const user = chooseUser(directory);
  const binaries = findBinaries(user, options.native);
  const release = claimDirectory(directory);
  try {
    const home = dataHome(directory, user);
    await stopOrphan(join(home, 'data'));
    if (options.fresh || !existsSync(join(directory, 'password'))) {
      for (const name of ['data', 'data.new']) rmSync(join(home, name), { recursive: true, force: true });
    }
    const password = passwordOf(directory);
    const data = await ensureCluster(home, password, binaries, user);
    const settings = { ...DEFAULT_SETTINGS, ...options.settings };
    const running = await launch({ directory, data, binaries, user, settings, port: options.port });
    return handle(running, password, release);
  } catch (error) {
    release();
    throw error;
  }
}

export const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_wal_senders: '64',
  max_replication_slots: '64',
  max_active_replication_origins: '64',
  // Seven services with their pools, links and consumers take some 150 on one server, and more while killed ones are being replaced.
  max_connections: '400',
  track_commit_timestamp: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

interface Launch {
  directory: string;
  data: string;
  binaries: Binaries;
  user: RunAs | undefined;
  settings: Record<string, string>;
  port: number | undefined;
}

interface Running {
  child: ChildProcess;
  pid: number;
  port: number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

async function launch(plan: Launch): Promise<Running> {
  const portFile = join(plan.directory, 'port');
  let lastPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0;
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const again = lastPort > 0 && (await isFree(lastPort));
    const port = plan.port ?? (again ? lastPort : await freePort());
    const outcome = await launchOnce(plan, port, deadline);
    if ('pid' in outcome) {
      writeFileSync(portFile, String(port));
      return outcome;
    }
    // Between finding a port free and binding it another process may take it; and the backends of a killed
    // postmaster hold its shared memory for some milliseconds more.
    const portTaken = outcome.log.includes('could not bind') && plan.port === undefined;
    const dying = outcome.log.includes('shared memory block') && outcome.log.includes('still in use');
    // Somebody got the pid of a server that was killed after it was looked at.
    const pidTaken = outcome.log.includes('postmaster.pid" already exists');
    if ((!portTaken && !dying && !pidTaken) || performance.now() > deadline) {
      throw new PostgresError('EMBEDDED_START_FAILED', {
        log: join(plan.directory, 'postgres.log'),
        says: outcome.log.trim().slice(-600),
      });
    }
    // Only a dying one: its clients look for it where it was.
    if (portTaken) lastPort = 0;
    if (pidTaken) await stopOrphan(plan.data);
    await delay(20);
  }
}

async function launchOnce(plan: Launch, port: number, deadline: number): Promise<Running | { log: string }> {
  const { directory, data, binaries, user, settings } = plan;
  const logFile = join(directory, 'postgres.log');
  const log = openSync(logFile, 'w');
  const args = ['-D', data, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const child = spawn(binaries.postgres, args, {
    ...user,
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', log, log],
    // A session of its own: Ctrl-C in our terminal must not stop the server before its clients.
    detached: true,
  });
  closeSync(log);
  let exited = false;
  let failure = '';
  child.once('error', (error) => {
    exited = true;
    failure = error.message;
  });
  child.once('exit', () => {
    exited = true;
  });
  while (!exited && !isReady(data, child.pid)) {
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      return { log: `not ready after ${START_TIMEOUT_MS} ms` };
    }
    await delay(5);
  }
  if (exited || child.pid === undefined) return { log: failure || readFileSync(logFile, 'utf8') };
  return { child, pid: child.pid, port };
}

/** The postmaster writes its state into the last line of postmaster.pid. */
function isReady(data: string, pid: number | undefined): boolean {
  const lines = readPidFile(data);
  return lines !== undefined && Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

function readPidFile(data: string): string[] | undefined {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** Stops the server that a killed run left behind, if that is what postmaster.pid points at. */
async function stopOrphan(data: string): Promise<void> {
  const lines = readPidFile(data);
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (servesDirectory(pid, data)) {
    await shutDown(pid);
    return;
  }
  // A stranger has the pid now, and PostgreSQL would refuse to start because of it. It ignores its parent's pid;
  // the file itself must stay, since its shared memory key protects against backends that still run.
  writeFileSync(join(data, 'postmaster.pid'), [process.pid, ...lines.slice(1)].join('\n'));
}

/** Fast shutdown; immediate if it hangs. */
async function shutDown(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await waitForExit(pid, STOP_TIMEOUT_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await waitForExit(pid, 5_000)) return;
  signal(pid, 'SIGKILL');
  await waitForExit(pid, 5_000);
}

function handle({ child, pid, port }: Running, password: string, release: () => void): EmbeddedServer {
  const url = (database = 'postgres') =>
    `postgresql://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  // Whoever exits without stop() still leaves no server behind: it shuts down by itself on this signal.
  const runs = () => child.exitCode === null && child.signalCode === null;
  const onExit = () => {
    if (runs()) signal(pid, 'SIGINT');
  };
  process.once('exit', onExit);
  // Whoever is killed cannot do even that.
  const callOff = watchOverServer(pid);
  // The server must not keep the process alive: its users' connections do that.
  child.unref();
  const end = async (how: () => Promise<unknown>) => {
    if (runs()) await how();
    process.removeListener('exit', onExit);
    callOff();
    release();
  };
  return {
    port,
    pid,
    url,
    createDatabase: (name) => createDatabase(url(), name).then(() => url(name)),
    stop: () => end(() => shutDown(pid)),
    kill: () =>
      end(async () => {
        signal(pid, 'SIGKILL');
        await waitForExit(pid, 5_000);
      }),
  };
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${quoteIdent(name)}`);
  } catch (error) {
    if (errorCode(error) !== DUPLICATE_DATABASE) throw error;
  } finally {
    await client.end();
  }
}

const DUPLICATE_DATABASE = '42P04';
