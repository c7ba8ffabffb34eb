import type pg from 'pg';
import type { Job } from '../../../../api/jobs.ts';
import { BEGIN, END, marked, unmarked } from '../marks.ts';
import { passagesOf } from '../passages.ts';
import type { Found } from '../search.ts';

const MARKS = `StartSel=${BEGIN}, StopSel=${END}, HighlightAll=true`;

/** With the words marked that were found. Of a description passages only: to parse all of it takes longer than to find it. */
export async function highlighted(
  pool: pg.Pool,
  jobs: readonly (Job & { description: string })[],
  asked: string,
): Promise<Found['jobs']> {
  if (jobs.length === 0) return [];
  const stems = lexemesOf(asked);
  const { rows } = await pool.query<{ title: string; description: string }>(
    `SELECT ts_headline('english', title, $3::tsquery, $4) AS title, ts_headline('english', description, $3::tsquery, $4) AS description
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS job (title, description, place) ORDER BY place`,
    [
      jobs.map(({ title }) => unmarked(title)),
      jobs.map(({ description }) => passagesOf(unmarked(description), stems)),
      asked,
      MARKS,
    ],
  );
  return jobs.map(({ description: _description, ...job }, index) => ({
    ...job,
    highlights: { title: marked(rows[index]!.title), description: marked(rows[index]!.description) },
  }));
}

/** Of the text of a tsquery: each stands between quotes, those within it doubled. */
function lexemesOf(asked: string): string[] {
  return Array.from(asked.matchAll(/'((?:[^']|'')+)'/g), ([, lexeme]) => lexeme!.replaceAll("''", "'"));
}
