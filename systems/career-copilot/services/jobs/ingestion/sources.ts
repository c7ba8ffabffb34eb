import { deleteSome } from '@banyan/postgres';
import type pg from 'pg';
import type { Source } from './store.ts';

export type Counts = {
  found: number;
  unusable: number;
  posted: number;
  updated: number;
  closed: number;
  doubles: number;
  /** Not in an answer that has too few to be believed at once: they are open still. */
  doubted: number;
};
export type Ended = {
  outcome: 'new' | 'unchanged' | 'failed';
  error: string | null;
  counts: Counts;
  validators?: { etag: string | null; lastModified: string | null };
  /** Not before, if the source has asked for that. */
  retryAt?: Date;
};

/** Makes those that are listed known; what is not listed any more is not read any more, and what it brought stays. */
export async function keepSources(
  db: pg.Pool,
  listed: readonly Pick<Source, 'kind' | 'board' | 'company'>[],
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO job_sources (kind, board, company) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (kind, board) DO UPDATE SET company = excluded.company RETURNING id`,
    [listed.map(({ kind }) => kind), listed.map(({ board }) => board), listed.map(({ company }) => company)],
  );
  return rows.map(({ id }) => id);
}

/** One of these whose turn it is; nobody else gets it before its next turn, which is `everySeconds` of its kind later. */
export async function takeDue(
  db: pg.Pool,
  ids: readonly number[],
  everySeconds: Readonly<Record<string, number>>,
): Promise<Source | undefined> {
  const { rows } = await db.query<Source>(
    `UPDATE job_sources SET next_run_at = now() + make_interval(secs => ($2::jsonb ->> kind)::int)
     WHERE id = (SELECT id FROM job_sources WHERE id = ANY ($1) AND next_run_at <= now()
                 ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, board, company, etag, last_modified`,
    [ids, JSON.stringify(everySeconds)],
  );
  return rows[0];
}

export async function startRun(db: pg.Pool, sourceId: number): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    'INSERT INTO job_source_runs (source_id) VALUES ($1) RETURNING id',
    [sourceId],
  );
  return rows[0]!.id;
}

/** How many were doubted in the run before that had an answer to judge by. */
export async function doubtedBefore(
  db: pg.Pool,
  { run, sourceId }: { run: string; sourceId: number },
): Promise<number> {
  const { rows } = await db.query<{ doubted: number }>(
    `SELECT doubted FROM job_source_runs WHERE source_id = $1 AND id < $2 AND outcome = 'new' ORDER BY id DESC LIMIT 1`,
    [sourceId, run],
  );
  return rows[0]?.doubted ?? 0;
}

/** Forgets runs of so many days ago, but for the last ones of each source, some at a time. True: none is left. */
export async function forgetRuns(db: pg.Pool, days: number): Promise<boolean> {
  return await deleteSome(db, {
    table: 'job_source_runs',
    key: 'id',
    old: `SELECT id FROM job_source_runs AS old WHERE started_at < now() - make_interval(days => $1)
       AND (SELECT count(*) FROM job_source_runs AS later WHERE later.source_id = old.source_id AND later.id > old.id) >= 2`,
    values: [days],
  });
}

/** What the next request asks by is written with the counts: only when all of an answer was taken in is it not asked for again. */
export async function endRun(
  tx: pg.PoolClient,
  { run, sourceId }: { run: string; sourceId: number },
  { outcome, error, counts, validators, retryAt }: Ended,
): Promise<void> {
  const { found, unusable, posted, updated, closed, doubles, doubted } = counts;
  await tx.query(
    `UPDATE job_source_runs SET ended_at = now(), outcome = $2, error = $3, found = $4, unusable = $5, posted = $6,
       updated = $7, closed = $8, doubles = $9, doubted = $10 WHERE id = $1`,
    [run, outcome, error, found, unusable, posted, updated, closed, doubles, doubted],
  );
  if (validators)
    await tx.query('UPDATE job_sources SET etag = $2, last_modified = $3 WHERE id = $1', [
      sourceId,
      validators.etag,
      validators.lastModified,
    ]);
  if (retryAt)
    await tx.query('UPDATE job_sources SET next_run_at = greatest(next_run_at, $2) WHERE id = $1', [
      sourceId,
      retryAt,
    ]);
}
