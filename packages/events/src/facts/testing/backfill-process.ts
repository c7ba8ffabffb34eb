import { createPool } from '@banyan/postgres';
import { backfill } from '../backfill.ts';
import { contracts, fromRows } from './accounts.ts';

/** A process that tells a consumer of all accounts. Its arguments: the database, rows in a chunk, and when it kills itself. */
const [url, chunkRows, killed] = process.argv.slice(2) as [string, string, string];
const { afterChunks, ms } = JSON.parse(killed) as { afterChunks: number | null; ms: number };
process.on('disconnect', () => process.exit());
let chunks = 0;
const { complete } = await backfill({
  pool: createPool(url, { max: 2, exact: true }),
  contracts,
  service: 'bank',
  fromRows,
  name: 'for-reports',
  consumer: 'reports',
  chunkRows: Number(chunkRows),
  onProgress() {
    // In the midst of a chunk, or between two.
    if (chunks++ === afterChunks) setTimeout(() => process.kill(process.pid, 'SIGKILL'), ms);
  },
});
process.exit(complete ? 0 : 1);
