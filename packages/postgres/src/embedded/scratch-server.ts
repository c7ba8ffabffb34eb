import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSafe, packageVersion } from './binaries.ts';
import { startEmbedded } from './embedded.ts';
import { isAlive } from './process.ts';

export type ScratchServer = {
  url: string;
  /** The postmaster's. */
  pid: number;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
};

/** Starts a PostgreSQL for tests, in memory if there is enough: nothing in it outlives this process, or a crash of the machine. */
export async function startScratchServer(): Promise<ScratchServer> {
  const home = scratchHome();
  await sweep(home);
  const directory = openFolder(home, `${PREFIX}${process.pid}-`);
  await copyTemplate(home, directory);
  const embedded = await startEmbedded({ directory, settings: TEST_SETTINGS });
  return {
    url: embedded.url(),
    pid: embedded.pid,
    async remove() {
      await embedded.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const PREFIX = 'banyan-test-';
const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off', max_wal_size: '256MB', jit: 'off' };
const SHARED_MEMORY = '/dev/shm';
/** Room for a server of tests and those that run beside it. A container often has 64 MB there. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/**
 * Where servers of tests lie. A database is 300 files: a file system on a disk is slow to find room for so many when as many have
 * just been removed, even though nothing has to reach the disk.
 */
export function scratchHome(memory = SHARED_MEMORY, enoughBytes = ENOUGH_BYTES): string {
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize >= enoughBytes) return memory;
  } catch {
    // There is no such thing on this system.
  }
  return tmpdir();
}

/** A fresh folder there for a test whose server, or whose system's, is to lie in it and to go with it. */
export function scratchFolder(prefix: string): string {
  return openFolder(scratchHome(), prefix);
}

/** As root a server runs as another user, who must get in: else its data lie elsewhere, on a disk. */
function openFolder(home: string, prefix: string): string {
  const directory = mkdtempSync(join(home, prefix));
  chmodSync(directory, 0o711);
  return directory;
}

/**
 * Spares each test process the half second of CPU that initdb takes: the first one on this machine leaves an
 * initialised cluster in the same place, of which all others take a copy.
 */
async function copyTemplate(home: string, directory: string): Promise<void> {
  const template = join(home, `${PREFIX}template-${packageVersion()}-${process.getuid?.() ?? 0}`);
  if (!isSafe(template)) {
    const draft = openFolder(home, `${PREFIX}${process.pid}-`);
    await (await startEmbedded({ directory: draft, settings: TEST_SETTINGS })).stop();
    for (const name of ['port', 'postgres.log', 'location']) rmSync(join(draft, name));
    try {
      renameSync(draft, template);
    } catch {
      // Another test process was first.
      rmSync(draft, { recursive: true });
    }
  }
  // Keeps owners and modes, which PostgreSQL insists on and `fs.cp` does not keep.
  if (isSafe(template)) execFileSync('cp', ['-a', `${template}/.`, directory]);
}

/** Removes what test processes that were killed have left, their servers too. */
async function sweep(home: string): Promise<void> {
  for (const entry of readdirSync(home)) {
    const pid = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split('-')[0]) : 0;
    if (!pid || isAlive(pid)) continue;
    const directory = join(home, entry);
    try {
      const orphan = await startEmbedded({ directory, settings: TEST_SETTINGS });
      await orphan.stop();
    } catch (error) {
      // Another test process sweeps it.
      if ((error as { code?: string }).code === 'EMBEDDED_IN_USE') continue;
      // Else it was never finished.
    }
    // Two may have got this far.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
