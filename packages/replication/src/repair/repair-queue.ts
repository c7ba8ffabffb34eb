import { formatLsn, type Lsn } from '@banyan/postgres';
import type pg from 'pg';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { sidesOf } from '../link/link-record.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { parentsOf } from '../mapping/owner.ts';
import { emitRepair, renameKeys } from './repair.ts';

export type RepairSender = {
  /** Rows wait in `banyan.repairs`. */
  request(): void;
  /** Why they still do, though it is tried every second; undefined if the last try went well. */
  failure(): string | undefined;
  stop(): Promise<void>;
};

/**
 * Carries out what the applier has asked for in `banyan.repairs`: has the owner send its row again. At least once: a
 * request is forgotten after its message is committed, and a row sent twice does no harm.
 */
export function sendRepairs(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
  applied: () => Lsn,
): RepairSender {
  let failure: string | undefined;
  let wanted = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const mappings = new Map<string, TableMapping>(
    config.tables.map((mapping) => [nameOf(sidesOf(mapping, config.direction).source), mapping]),
  );

  const run = async () => {
    while (wanted && !stopped) {
      wanted = false;
      const { rows } = await target.query(
        `SELECT id, table_name, key, owner, carried, share, after_lsn <= $2 AS due FROM banyan.repairs WHERE link = $1 ORDER BY id LIMIT 1000`,
        [names.link, formatLsn(applied())],
      );
      const due: Asked[] = rows.filter((row) => row.due);
      const alike = Map.groupBy(due, (row) =>
        JSON.stringify([row.table_name, row.owner, row.carried, row.share]),
      );
      // Parents first: a row that comes back before its parent would be taken for one whose parent is deleted.
      const known = [...alike.values()].flatMap((asked) => {
        const mapping = mappings.get(asked[0]!.table_name);
        return mapping ? [{ mapping, asked, depth: parentsOf(mapping, config.tables).length }] : [];
      });
      known.sort((a, b) => a.depth - b.depth);
      for (const { mapping, asked } of known) await send(mapping, asked);
      failure = undefined;
      if (due.length > 0) wanted = true;
      else if (rows.length > 0) again();
    }
  };
  const send = async (mapping: TableMapping, asked: Asked[]) => {
    const { owner, carried, share } = asked[0]!;
    const direction = owner === 'monolith' ? 'forward' : 'reverse';
    const ownerIsSource = direction === config.direction;
    const distinct = [...new Map(asked.map((row) => [JSON.stringify(row.key), row.key])).values()];
    const keys = ownerIsSource ? distinct : renameKeys(mapping, config.direction, distinct);
    const ends = ownerIsSource ? ([source, target] as const) : ([target, source] as const);
    await emitRepair(...ends, {
      service: config.service,
      direction,
      mapping,
      keys,
      carried: carried ?? undefined,
      share: share ?? undefined,
      // The queue itself tries again.
      tries: 1,
    });
    await target.query('DELETE FROM banyan.repairs WHERE id = ANY($1)', [asked.map((row) => row.id)]);
  };
  const again = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(start, RETRY_MS);
  };
  const start = () => {
    wanted = true;
    if (stopped) return;
    running ??= run()
      .catch((error: Error) => {
        failure = error.message;
        again();
      })
      .finally(() => {
        running = undefined;
        if (wanted) again();
      });
  };
  return {
    request: start,
    failure: () => failure,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** How many repairs a link has asked for that are not sent yet. */
export async function countRepairs(
  config: LinkConfig,
  names: LinkNames,
  target: Pick<pg.Pool, 'query'>,
): Promise<number> {
  const tables = config.tables.map((mapping) => nameOf(sidesOf(mapping, config.direction).source));
  const { rows } = await target.query(
    'SELECT count(*)::int AS open FROM banyan.repairs WHERE link = $1 AND table_name = ANY($2)',
    [names.link, tables],
  );
  return rows[0].open;
}

/** A row of `banyan.repairs`. */
type Asked = {
  id: string;
  table_name: string;
  key: Record<string, string | null>;
  owner: 'monolith' | 'service';
  carried: string[] | null;
  share: number | null;
};

const RETRY_MS = 1_000;
