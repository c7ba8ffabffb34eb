import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive, processesOf, waitForExit } from '@banyan/postgres/process';
import { scratchFolder } from '@banyan/postgres/scratch-server';

/** How long a run may take until it says what is waited for, and then to end, on a busy machine, ms. */
const START_MS = 180_000;
const END_MS = 90_000;
const TOUR = fileURLToPath(import.meta.resolve('@banyan/harness/tour'));
const SYSTEMS = fileURLToPath(new URL('../../systems', import.meta.url));
const CHAOS = fileURLToPath(new URL('../chaos/main.ts', import.meta.url));

const folder = scratchFolder('banyan interrupted ');
/** To all but its owner: the data of a server that root starts lie elsewhere. */
const closed = join(folder, 'closed');
mkdirSync(closed, { mode: 0o700 });
after(() => rmSync(folder, { recursive: true, force: true }));

type Run = {
  /** Where it is started. Default one that all may enter. */
  cwd?: string;
  args: string[];
  /** Its folder below `.banyan`, which is removed with all that is in it. */
  home: string;
  /** Where the PostgreSQL lies that it starts, below that. */
  server: (pid: number) => string;
  /** A terminal sends Ctrl-C to all processes of the group. */
  toGroup: boolean;
  /** By what it says of them. */
  moments: string[];
};

const A_TOUR = {
  args: [
    ...[TOUR, SYSTEMS, '--exit', '--services', 'auth'],
    ...['--users', '50', '--rate', '10', '--warm-up', '5'],
  ],
  home: 'tour',
  server: (pid: number) => join(String(pid), 'postgres'),
  toGroup: true,
};

const RUNS: Record<string, Run> = {
  'a tour': {
    ...A_TOUR,
    moments: ['starting PostgreSQL', 'starting Banyan', 'Everything is on the monolith'],
  },
  'a tour in a folder that is closed to others': {
    ...A_TOUR,
    cwd: closed,
    moments: ['filling the monolith'],
  },
  'a chaos run of a migration': {
    args: [CHAOS, '--only', 'migration', '--services', 'users', '--verbose'],
    home: 'chaos',
    server: () => join('1', 'postgres'),
    toGroup: false,
    moments: ['kill -9'],
  },
  'a chaos run of links': {
    args: [CHAOS, '--only', 'links', '--verbose'],
    home: 'chaos',
    server: () => 'links-1',
    toGroup: false,
    moments: ['round 3'],
  },
};

for (const [name, { cwd = folder, args, home, server, toGroup, moments }] of Object.entries(RUNS))
  for (const moment of moments)
    test(`${name} that Ctrl-C ends at "${moment}" leaves neither folder nor process`, async (t) => {
      const run = start(cwd, args);
      const serverOf = () => serverIn(join(cwd, '.banyan', home, server(run.pid)));
      t.after(async () => {
        // Its watcher ends the server of a run that did not.
        const left = serverOf();
        run.kill();
        if (left) await waitForExit(left.pid, END_MS);
      });
      await run.says(moment);
      const before = serverOf();
      process.kill(toGroup ? -run.pid : run.pid, 'SIGINT');

      assert.equal(await run.ends(), 130, run.told());
      // Nothing in a tour dies but by Ctrl-C, which each process gets before it hears of another's end.
      if (toGroup) assert.doesNotMatch(run.told(), /started again/);
      assert.deepEqual(readdirSync(join(cwd, '.banyan', home)), []);
      assert.throws(() => process.kill(-run.pid, 0), { code: 'ESRCH' }, run.told());
      assert.equal(before !== undefined && (isAlive(before.pid) || existsSync(before.data)), false);
    });

/** A run in a process group of its own. What is waited for and does not come is an error that tells what it said, and what runs. */
function start(cwd: string, args: string[]) {
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid!;
  const ended = once(child, 'close').then(([status]) => status as number | null);
  const heard = new EventEmitter();
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
      heard.emit('more');
    });
  const told = () => `it said:\n${said}\nof its group there are:\n${processesOf(pid).join('\n')}`;
  const within = async <T>(limitMs: number, what: string, work: Promise<T>): Promise<T> => {
    const over = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => over.reject(new Error(`not ${what} in ${limitMs} ms; ${told()}`)),
      limitMs,
    );
    try {
      return await Promise.race([work, over.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  const saying = async (text: string) => {
    while (!said.includes(text)) await once(heard, 'more');
  };
  return {
    pid,
    told,
    async says(text: string) {
      await within(START_MS, `at "${text}"`, Promise.race([saying(text), ended]));
      assert.ok(said.includes(text), `it ended before "${text}"; ${told()}`);
    },
    ends: () => within(END_MS, 'ended', ended),
    /** What is left of it, if anything is. */
    kill() {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // all of it has ended
      }
    },
  };
}

/** The PostgreSQL that runs there, if one does by now, and where its data lie. */
function serverIn(directory: string): { pid: number; data: string } | undefined {
  try {
    const data = join(readFileSync(join(directory, 'location'), 'utf8').trim(), 'data');
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
    return { pid, data };
  } catch {
    return undefined;
  }
}
