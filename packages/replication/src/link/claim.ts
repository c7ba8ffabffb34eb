import type pg from 'pg';
import { ensureBanyanSchema } from './banyan-schema.ts';
import { identityOf } from './link-record.ts';

/** Whose things lie in a database: a system, by the control database that decides for it. */
export type DatabaseClaim = { system: string; control: string };

/** The mark of a system that is decided for in this control database. */
export async function claimOf(system: string, control: Pick<pg.Pool, 'query'>): Promise<DatabaseClaim> {
  const { system: cluster, database } = await identityOf(control);
  return { system, control: `${cluster}/${database}` };
}

/**
 * Marks a database as one in which this system puts things, unless it is another's: then nothing changes and the other's mark
 * is returned. Two that do not know of one another would remove each other's slots and locks.
 */
export async function claimDatabase(
  db: Pick<pg.Pool, 'query'>,
  mark: DatabaseClaim,
): Promise<DatabaseClaim | undefined> {
  await ensureBanyanSchema(db);
  await db.query('INSERT INTO banyan.mark (system, control) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    mark.system,
    mark.control,
  ]);
  const { rows } = await db.query<DatabaseClaim>('SELECT system, control FROM banyan.mark');
  const found = rows[0];
  return found && found.control !== mark.control ? found : undefined;
}

/** Notes which route table is in force, for whoever asks whether a control database still knows of it. */
export async function noteVersion(db: Pick<pg.Pool, 'query'>, version: number): Promise<void> {
  await db.query('UPDATE banyan.mark SET version = $1 WHERE version < $1', [version]);
}

/** The newest route table that was noted; 0 when none was. */
export async function notedVersion(db: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await db.query<{ version: string }>('SELECT version FROM banyan.mark');
  return Number(rows[0]?.version ?? 0);
}
