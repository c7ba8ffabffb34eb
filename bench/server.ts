import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '@banyan/postgres';

/** A PostgreSQL of a benchmark's own, as durable as in production; `stop` removes its data too. */
export async function startBenchServer(settings: Readonly<Record<string, string>> = {}): Promise<{
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
  chmodSync(directory, 0o711);
  const server = await startEmbedded({
    directory,
    settings: {
      shared_buffers: '512MB',
      max_wal_size: '8GB',
      min_wal_size: '1GB',
      checkpoint_timeout: '30min',
      autovacuum: 'off',
      ...settings,
    },
  });
  return {
    createDatabase: (name) => server.createDatabase(name),
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
