import { createPool } from '@banyan/postgres';
import { backfill } from '../backfill.ts';
import { contracts, fromRows } from './accounts.ts';

/** A process that tells a consumer of all accounts, to be killed. Its arguments: the database, and rows in a chunk. */
const [url, chunkRows] = process.argv.slice(2) as [string, string];
process.on('disconnect', () => process.exit());
const { complete } = await backfill({
  pool: createPool(url, { max: 2, exact: true }),
  contracts,
  service: 'bank',
  fromRows,
  name: 'for-reports',
  consumer: 'reports',
  chunkRows: Number(chunkRows),
  onProgress: ({ rows }) => process.send!(rows),
});
process.exit(complete ? 0 : 1);
