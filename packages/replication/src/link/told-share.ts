import type pg from 'pg';
import { ensureBanyanSchema } from './banyan-schema.ts';

/**
 * Tells a service, in its own database, how many basis points of the keys are its own to write: for what it writes by itself, and not
 * because a request came by the gateway; and which links there are. Its role may read that, whatever role it is.
 */
export async function tellShare(service: pg.Pool, name: string, share: number): Promise<void> {
  await ensureBanyanSchema(service);
  const { rows } = await service.query(
    `SELECT has_schema_privilege('public', 'banyan', 'USAGE') AND has_table_privilege('public', 'banyan.shares', 'SELECT')
       AND has_column_privilege('public', 'banyan.links', 'link', 'SELECT') AS readable`,
  );
  if (!rows[0].readable)
    await service.query(
      `GRANT USAGE ON SCHEMA banyan TO PUBLIC; GRANT SELECT ON banyan.shares TO PUBLIC;
       GRANT SELECT (link) ON banyan.links TO PUBLIC`,
    );
  await setShare(service, name, share);
}

/**
 * The same while a step is deciding it: nobody is to write by himself. In the transaction that has the service's tables locked for the
 * step's marker, so that whoever writes after that knows.
 */
export async function withholdShare(service: pg.ClientBase, name: string): Promise<void> {
  await setShare(service, name, null);
}

async function setShare(db: Pick<pg.ClientBase, 'query'>, name: string, share: number | null): Promise<void> {
  await db.query(
    `INSERT INTO banyan.shares (service, share) VALUES ($1, $2)
     ON CONFLICT (service) DO UPDATE SET share = excluded.share`,
    [name, share],
  );
}
