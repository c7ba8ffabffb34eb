import { horizon } from '@banyan/postgres';
import type pg from 'pg';
import type { Posting } from './score.ts';
import { type PostingText, placesOf, seniorityCalled, type Traits } from './traits.ts';

/** Rows that are loaded at once. */
const PART = 5_000;
const FOLLOWED_AT_ONCE = 500;

type Unread = PostingText & { job_id: number; changes: string };

/** Open postings whose words have not been read since they changed. */
export async function listUnread(db: pg.Pool, limit: number): Promise<Unread[]> {
  const { rows } = await db.query<Unread>(
    `SELECT job_id, changes, title, description, requirements
     FROM job_traits JOIN jobs ON jobs.id = job_id AND is_active WHERE changes <> read_changes ORDER BY job_id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Takes closed postings from among the unread: nobody asks of them, and one that opens again has changed. Resolves with how many. */
export async function passOverClosed(db: pg.Pool, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE job_traits SET read_changes = closed.changes
     FROM (SELECT job_id, changes FROM job_traits LEFT JOIN jobs ON jobs.id = job_id
           WHERE changes <> read_changes AND is_active IS NOT TRUE ORDER BY job_id LIMIT $1) AS closed
     WHERE job_traits.job_id = closed.job_id AND job_traits.changes = closed.changes`,
    [limit],
  );
  return rowCount ?? 0;
}

/** Words that were read of postings, unless those have changed meanwhile. */
export async function writeTraits(
  db: pg.Pool,
  taxonomy: string,
  read: readonly (Traits & { job_id: number; changes: string })[],
): Promise<void> {
  await db.query(
    `UPDATE job_traits SET read_changes = now.changes, taxonomy = $2, changed_in = pg_current_xact_id(),
       skills = now.skills, title_words = now.title_words
     FROM (SELECT job_id, changes, skills, title_words FROM jsonb_to_recordset($1)
             AS row (job_id integer, changes bigint, skills text[], title_words text[])
           ORDER BY job_id) AS now
     WHERE job_traits.job_id = now.job_id AND job_traits.changes = now.changes`,
    [JSON.stringify(read.map(({ titleWords, ...row }) => ({ ...row, title_words: titleWords }))), taxonomy],
  );
}

/** Of another taxonomy: their words are read again. */
export async function forgetOtherTaxonomies(db: pg.Pool, taxonomy: string): Promise<void> {
  await db.query(
    'UPDATE job_traits SET changes = changes + 1 WHERE taxonomy <> $1 AND changes = read_changes',
    [taxonomy],
  );
}

export type Followed = {
  postings: (Posting | { id: number; gone: true })[];
  /** The words of some that are open have not been read yet. */
  isUnread: boolean;
  next: string;
};

type Row = {
  job_id: number;
  skills: string[];
  title_words: string[];
  seniority: string | null;
  is_open: boolean;
  location: string | null;
  remote: boolean;
  salary_min: number | null;
  salary_max: number | null;
  posted_at: Date;
};

const POSTING = `job_id, skills, title_words, seniority, (is_active AND taxonomy IS NOT NULL) IS TRUE AS is_open, location, remote,
  salary_min, salary_max, posted_at`;
/** Of open ones only. */
const LEVEL = 'LEFT JOIN (SELECT job_id, seniority FROM job_search) AS level USING (job_id)';
const FROM = `FROM job_traits LEFT JOIN jobs ON jobs.id = job_id ${LEVEL}`;

/**
 * Postings that changed in transactions from `since` on, the ones of the transactions that were under way then too; `next` is what to
 * ask by the next time. Some may come again: whoever follows puts them in the place of what it has. In parts, each by the index: what
 * has changed since a moment ago is little of all, which the planner cannot know.
 */
export async function follow(db: pg.Pool, since: string): Promise<Followed> {
  const next = await horizon(db);
  const followed: Followed = { postings: [], isUnread: false, next };
  for (let last = { xid: since, id: 0 }; ; ) {
    const { rows } = await db.query<Row & { xid: string; is_unread: boolean }>(
      `SELECT ${POSTING}, changed_in::text AS xid, (is_active AND changes <> read_changes) IS TRUE AS is_unread
       FROM (SELECT * FROM job_traits WHERE (changed_in, job_id) >= ($1::xid8, $2::integer)
             ORDER BY changed_in, job_id LIMIT ${FOLLOWED_AT_ONCE}) AS changed
         LEFT JOIN jobs ON jobs.id = job_id ${LEVEL} ORDER BY changed_in, job_id`,
      [last.xid, last.id],
    );
    for (const row of rows) {
      followed.postings.push(openOf(row) ?? { id: row.job_id, gone: true });
      followed.isUnread ||= row.is_unread;
    }
    const end = rows.at(-1);
    if (!end || rows.length < FOLLOWED_AT_ONCE) return followed;
    last = { xid: end.xid, id: end.job_id + 1 };
  }
}

/** All open ones, the newest `most`, part by part. */
export async function* listOpen(db: pg.Pool, most: number): AsyncGenerator<Posting[]> {
  let last: { place: string; id: number } | undefined;
  for (let left = most; left > 0; left -= PART) {
    const { rows } = await db.query<Row & { place: string }>(
      `SELECT ${POSTING}, posted_at::text AS place ${FROM} WHERE is_active AND taxonomy IS NOT NULL
         AND ($1::timestamptz IS NULL OR (posted_at, jobs.id) < ($1::timestamptz, $2::integer))
       ORDER BY posted_at DESC, jobs.id DESC LIMIT $3`,
      [last?.place ?? null, last?.id ?? null, Math.min(PART, left)],
    );
    const end = rows.at(-1);
    if (!end) return;
    yield rows.flatMap((row) => openOf(row) ?? []);
    last = { place: end.place, id: end.job_id };
  }
}

/** Undefined of one that is closed, or whose words nobody has read yet. */
export async function findPosting(db: pg.Pool | pg.PoolClient, jobId: number): Promise<Posting | undefined> {
  const { rows } = await db.query<Row>(`SELECT ${POSTING} ${FROM} WHERE job_id = $1`, [jobId]);
  return rows[0] && openOf(rows[0]);
}

function openOf(row: Row): Posting | undefined {
  if (!row.is_open) return;
  return {
    id: row.job_id,
    skills: row.skills,
    titleWords: row.title_words,
    seniority: seniorityCalled(row.seniority),
    places: placesOf(row.location),
    remote: row.remote,
    salaryMin: row.salary_min,
    salaryMax: row.salary_max,
    postedAt: row.posted_at.getTime(),
  };
}
