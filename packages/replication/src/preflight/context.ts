import type pg from 'pg';
import { describeTable, type Table } from '../catalog/catalog.ts';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { sidesOf } from '../link/link-record.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';

/** One end of a link: a database and who Banyan is there. */
export type End = {
  db: pg.Pool;
  is: 'monolith' | 'service';
  role: string;
  database: string;
  /** As `server_version_num`. */
  version: number;
  /** A table there, looked up once. */
  table(side: { schema: string; table: string }): Promise<Table | undefined>;
};

/** What every check is given. None changes anything. */
export type Context = { config: LinkConfig; names: LinkNames; source: End; target: End };

export async function contextOf(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
): Promise<Context> {
  const forward = config.direction === 'forward';
  return {
    config,
    names,
    source: await endOf(source, forward ? 'monolith' : 'service'),
    target: await endOf(target, forward ? 'service' : 'monolith'),
  };
}

async function endOf(db: pg.Pool, is: End['is']): Promise<End> {
  const { rows } = await db.query(
    `SELECT current_user AS role, current_database() AS database, current_setting('server_version_num')::int AS version`,
  );
  const known = new Map<string, Promise<Table | undefined>>();
  const lookUp: End['table'] = async (side) => {
    const name = nameOf(side);
    if (!known.has(name)) known.set(name, describeTable(db, side));
    return await known.get(name);
  };
  return { db, is, ...rows[0], table: lookUp };
}

/** Both ends with the table that a mapping has there. */
export function endsOf({ config, source, target }: Context, mapping: TableMapping) {
  const sides = sidesOf(mapping, config.direction);
  return [
    { end: source, side: sides.source, isSource: true },
    { end: target, side: sides.target, isSource: false },
  ];
}
