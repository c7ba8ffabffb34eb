import { withTransaction } from '@banyan/postgres';
import type { FileStore } from '@banyan/service';
import type pg from 'pg';
import { releaseMissing } from './store.ts';

/**
 * Removes a file that nobody needs: an upload that was broken off, or whose document is gone. Its row goes when it is gone itself, so whatever dies in
 * between, it is found again. Resolves with whether there was one.
 */
export async function removeUnused(pool: pg.Pool, files: FileStore): Promise<boolean> {
  return await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ file: string }>(
      `SELECT file FROM document_files WHERE remove_after <= now()
       ORDER BY remove_after LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const [unused] = rows;
    if (!unused) return false;
    await files.remove(unused.file);
    await tx.query('DELETE FROM document_files WHERE file = $1', [unused.file]);
    return true;
  });
}

export async function releaseDeleted(pool: pg.Pool): Promise<void> {
  await withTransaction(pool, releaseMissing);
}
