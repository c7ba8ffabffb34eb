import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSafe, packageVersion } from './binaries.ts';
import { startEmbedded } from './embedded.ts';
import { isAlive } from './process.ts';

export type ScratchServer = {
  url: string;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
};

/** Starts a PostgreSQL in the temp directory for tests: nothing in it outlives this process, or a crash of the machine. */
export async function startScratchServer(): Promise<ScratchServer> {
  await sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // As root the server runs as another user, who must get in for the data to lie here and go with it.
  chmodSync(directory, 0o711);
  await copyTemplate(directory);
  const embedded = await startEmbedded({ directory, settings: TEST_SETTINGS });
  return {
    url: embedded.url(),
    async remove() {
      await embedded.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const PREFIX = 'banyan-test-';
const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off' };

/**
 * Spares each test process the half second of CPU that initdb takes: the first one on this machine leaves an
 * initialised cluster in the temp directory, of which all others take a copy.
 */
async function copyTemplate(directory: string): Promise<void> {
  const template = join(tmpdir(), `${PREFIX}template-${packageVersion()}-${process.getuid?.() ?? 0}`);
  if (!isSafe(template)) {
    const draft = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    chmodSync(draft, 0o711);
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
async function sweep(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    const pid = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split('-')[0]) : 0;
    if (!pid || isAlive(pid)) continue;
    const directory = join(tmpdir(), entry);
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
