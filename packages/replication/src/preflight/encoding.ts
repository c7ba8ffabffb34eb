import type { Context, End } from './context.ts';
import { type Finding, warning } from './finding.ts';

/** Encodings in which a value may not be what it says, or may not be written at all. */
export async function checkEncoding({ source, target }: Context): Promise<Finding[]> {
  const findings = await Promise.all([source, target].map(encodingOf));
  return findings.flat();
}

async function encodingOf({ db, is, database }: End): Promise<Finding[]> {
  const { rows } = await db.query(`SELECT current_setting('server_encoding') AS encoding`);
  const { encoding } = rows[0];
  if (encoding === 'UTF8') return [];
  const why =
    encoding === 'SQL_ASCII'
      ? 'it takes any bytes, and a value that is not UTF-8 stops the link (WAL_ENCODING)'
      : 'a value with other letters than it has stops the link (APPLY_FAILED)';
  return [
    {
      ...warning(
        'encoding',
        `The database ${database} is in ${encoding}: ${why}.`,
        'Move it to a database with ENCODING UTF8, or make sure that there is no such value.',
      ),
      end: is,
    },
  ];
}
