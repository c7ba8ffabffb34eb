import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** Services that may insert into one table of the monolith's, each with ids of its own. */
export const ID_BLOCKS = 16;

/**
 * Which block of the services' ids is this service's, of a table of which several have some rows each (`where`); undefined: all
 * are. Of a service that has not taken one yet: the one that it would get.
 */
export async function idBlockOf(
  monolith: Queryable,
  { legacy, where }: TableMapping,
  service: string,
): Promise<number | undefined> {
  if (!where) return undefined;
  const there = await monolith.query(`SELECT to_regclass('banyan.id_blocks') IS NOT NULL AS there`);
  if (!there.rows[0].there) return 0;
  const { rows } = await monolith.query(
    `SELECT coalesce((SELECT block FROM banyan.id_blocks WHERE table_name = $1 AND service = $2),
       (SELECT count(*)::int FROM banyan.id_blocks WHERE table_name = $1)) AS block`,
    [nameOf(legacy), service],
  );
  return rows[0].block;
}

/** Takes the next block for good: ids that were drawn from it are never anybody else's. Again is no error. */
export async function takeIdBlock(
  monolith: pg.Pool,
  { legacy }: TableMapping,
  service: string,
): Promise<void> {
  await withTransaction(monolith, async (client) => {
    // Two services may be prepared at once.
    await client.query('LOCK TABLE banyan.id_blocks IN SHARE ROW EXCLUSIVE MODE');
    const { rows } = await client.query(
      `INSERT INTO banyan.id_blocks (table_name, service, block)
       SELECT $1, $2, (SELECT count(*) FROM banyan.id_blocks WHERE table_name = $1)
       ON CONFLICT (table_name, service) DO UPDATE SET service = excluded.service RETURNING block`,
      [nameOf(legacy), service],
    );
    if (rows[0].block < ID_BLOCKS) return;
    throw new ReplicationError('PREFLIGHT_FAILED', {
      table: nameOf(legacy),
      why: `more than ${ID_BLOCKS} services have rows of it, and there are no ids left for another one`,
    });
  });
}
