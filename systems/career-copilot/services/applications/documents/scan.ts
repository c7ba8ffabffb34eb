import { withTransaction } from '@banyan/postgres';
import {
  type FileStore,
  type LeasedQueue,
  leasedQueue,
  leasedRows,
  type PartHost,
  type Scanner,
} from '@banyan/service';
import type { Scan } from '../../../api/documents.ts';
import { errors } from './errors.ts';
import { dropFile } from './store.ts';

/** Longer than ten MiB take. */
const LEASE_MS = 120_000;

const waiting = leasedRows<{ file: string }>({
  table: 'document_versions',
  key: 'file',
  columns: 'file',
  // What came while nobody scanned is scanned, too.
  where: `scan IN ('pending', 'unscanned')`,
  leaseMs: LEASE_MS,
});

/** Throws unless the file may be handed out: nothing infected is, nor what was not looked into although somebody does. */
export function checkReadable(scan: Scan, isScanning: boolean): void {
  if (scan === 'elsewhere') throw errors('NOT_KEPT_HERE');
  if (scan === 'infected') throw errors('INFECTED');
  if (scan === 'pending' || (scan === 'unscanned' && isScanning))
    throw errors('SCAN_PENDING', { headers: { 'retry-after': '2' } });
}

/** Has each version looked into. Of an infected one the file is removed; its row stays, so that its user sees why. */
export function scanning(
  host: Pick<PartHost<unknown>, 'pool' | 'log' | 'metrics'>,
  { files, scanner, everyMs }: { files: FileStore; scanner: Scanner; everyMs: number },
): LeasedQueue {
  const { pool, log } = host;
  return leasedQueue<{ file: string }>(host, 'scan documents', {
    most: 2,
    everyMs,
    lease: (most, except) => waiting.lease(pool, most, except),
    async handle(row, signal) {
      const body = await files.get(row.file);
      if (!body) throw new Error(`the file of a document is not in the store: ${row.file}`);
      const verdict = await scanner.scan(body, signal);
      await withTransaction(pool, async (tx) => {
        if (!(await waiting.release(tx, row, null))) return;
        const scan: Scan = verdict.infected ? 'infected' : 'clean';
        await tx.query('UPDATE document_versions SET scan = $2 WHERE file = $1', [row.file, scan]);
        if (!verdict.infected) return;
        log.warn({ file: row.file, signature: verdict.signature }, 'an uploaded document is infected');
        await dropFile(tx, row.file);
      });
    },
  });
}
