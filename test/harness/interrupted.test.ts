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
const SYSTEM = fileURLToPath(new URL('../../systems/career-copilot', import.meta.url));

const folder = mkdtempSync(join(scratchHome(), 'banyan tour '));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The moments of a tour, by what it says of them. */
const MOMENTS = [
  'starting PostgreSQL',
  'filling the monolith',
  'starting Banyan',
  'Everything is on the monolith',
];

for (const moment of MOMENTS) {
  test(`a tour that Ctrl-C ends at "${moment}" leaves neither folder nor process`, {
    timeout: PATIENCE_MS,
  }, async () => {
    // A terminal sends Ctrl-C to all processes of the group.
    const tour = spawn(process.execPath, [TOUR, SYSTEM, '--exit', '--users', '50', '--rate', '10'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(tour, 'close');
    let said = '';
    const reached = new Promise<void>((resolve) => {
      for (const stream of [tour.stdout, tour.stderr])
        stream.on('data', (chunk) => {
          said += chunk;
          if (said.includes(moment)) resolve();
        });
    });
    await Promise.race([reached, ended]);
    const server = serverOf(join(folder, '.banyan', 'tour', String(tour.pid)));
    process.kill(-tour.pid!, 'SIGINT');

    const [status] = await ended;
    assert.equal(status, 130, said);
    assert.deepEqual(readdirSync(join(folder, '.banyan', 'tour')), []);
    assert.throws(() => process.kill(-tour.pid!, 0), { code: 'ESRCH' });
    assert.equal(server !== undefined && isAlive(server), false);
  });
}

/** The pid of the PostgreSQL that runs in a tour's folder, if one does by now. */
function serverOf(directory: string): number | undefined {
  try {
    const home = readFileSync(join(directory, 'postgres', 'location'), 'utf8').trim();
    return Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  } catch {
    return undefined;
  }
}
