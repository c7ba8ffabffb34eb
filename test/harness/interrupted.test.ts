import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@banyan/postgres/process';
import { scratchHome } from '@banyan/postgres/scratch-server';

/** A generous bound for a start and its end on a busy machine, ms. */
const PATIENCE_MS = 180_000;
const TOUR = fileURLToPath(import.meta.resolve('@banyan/harness/tour'));
const SYSTEMS = fileURLToPath(new URL('../../systems', import.meta.url));
const CHAOS = fileURLToPath(new URL('../chaos/main.ts', import.meta.url));

const folder = mkdtempSync(join(scratchHome(), 'banyan interrupted '));
after(() => rmSync(folder, { recursive: true, force: true }));

type Run = {
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

const RUNS: Record<string, Run> = {
  'a tour': {
    args: [TOUR, SYSTEMS, '--exit', '--users', '50', '--rate', '10'],
    home: 'tour',
    server: (pid) => join(String(pid), 'postgres'),
    toGroup: true,
    moments: [
      'starting PostgreSQL',
      'filling the monolith',
      'starting Banyan',
      'Everything is on the monolith',
    ],
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

for (const [name, { args, home, server, toGroup, moments }] of Object.entries(RUNS))
  for (const moment of moments)
    test(`${name} that Ctrl-C ends at "${moment}" leaves neither folder nor process`, {
      timeout: PATIENCE_MS,
    }, async () => {
      const run = spawn(process.execPath, args, {
        cwd: folder,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(run, 'close');
      let said = '';
      const reached = new Promise<void>((resolve) => {
        for (const stream of [run.stdout, run.stderr])
          stream.on('data', (chunk) => {
            said += chunk;
            if (said.includes(moment)) resolve();
          });
      });
      await Promise.race([reached, ended]);
      const postgres = serverIn(join(folder, '.banyan', home, server(run.pid!)));
      process.kill(toGroup ? -run.pid! : run.pid!, 'SIGINT');

      const [status] = await ended;
      assert.equal(status, 130, said);
      assert.deepEqual(readdirSync(join(folder, '.banyan', home)), []);
      assert.throws(() => process.kill(-run.pid!, 0), { code: 'ESRCH' });
      assert.equal(postgres !== undefined && isAlive(postgres), false);
    });

/** The pid of the PostgreSQL that runs there, if one does by now. */
function serverIn(directory: string): number | undefined {
  try {
    const home = readFileSync(join(directory, 'location'), 'utf8').trim();
    return Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  } catch {
    return undefined;
  }
}
