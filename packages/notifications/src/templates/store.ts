import { prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { TemplateWords } from '../api/index.ts';
import type { UserId } from '../system.ts';

type Executor = pg.Pool | pg.PoolClient;
export type Version = TemplateWords & { version: number };

/** The words that administrators have made last; undefined: those that are built in. */
export async function findWords(db: Executor, kind: string, locale: string): Promise<Version | undefined> {
  const { rows } = await db.query<Version>(
    prepared(
      `SELECT version, subject, body, action, short FROM template_versions
       WHERE kind = $1 AND locale = $2 ORDER BY version DESC LIMIT 1`,
      [kind, locale],
    ),
  );
  return rows[0];
}

/** False: somebody else was first, and `version` is taken. */
export async function addWords(
  tx: Executor,
  one: { kind: string; locale: string; version: number; words: TemplateWords; byUserId: UserId },
): Promise<boolean> {
  const { subject, body, action, short } = one.words;
  const { rowCount } = await tx.query(
    `INSERT INTO template_versions (kind, locale, version, subject, body, action, short, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [one.kind, one.locale, one.version, subject, body, action, short, one.byUserId],
  );
  return rowCount === 1;
}

export async function listVersions(
  db: Executor,
): Promise<{ kind: string; locale: string; version: number }[]> {
  const { rows } = await db.query<{ kind: string; locale: string; version: number }>(
    'SELECT kind, locale, max(version) AS version FROM template_versions GROUP BY kind, locale',
  );
  return rows;
}
