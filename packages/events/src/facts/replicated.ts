import { applySchemaFile, type Db, type Queryable } from '@banyan/postgres';
import type pg from 'pg';
import type { Contracts } from '../contracts.ts';
import { EventsError } from '../errors.ts';
import { textOf } from '../failure.ts';
import { Messages } from '../messages.ts';
import { applyOutboxSchema, createPublisher, type Stated } from '../outbox/publish.ts';
import { applyStoreSchema } from '../store/store.ts';
import {
  type Circumstances,
  existing,
  type Fact,
  type FromRows,
  factsOf,
  type RowChange,
  type StreamOf,
  type TableFacts,
  tablesOf,
} from './from-rows.ts';
import { FACTS_PREFIX, readFactsMessage } from './message.ts';
import { FactStreams } from './stream.ts';

/** A transaction of the monolith, as replication has applied it. */
export type ReplicatedTransaction = {
  /** Position of its commit. */
  lsn: string;
  committedAt: Date;
  /** Its logical message with the prefix `banyan.facts`. */
  message: string | undefined;
  changes: readonly RowChange[];
};

/** Publishes what replication brings as the events that the service publishes for its own writes. */
export type ReplicatedFacts = {
  /** The service's tables whose changes it wants to see, with their schemas. */
  tables: ReadonlySet<string>;
  messagePrefix: string;
  /** Makes what it writes into, if the service has never started. Throws `OUTBOX_PRIVILEGE`. */
  prepare(pool: Db | pg.PoolClient): Promise<void>;
  /** Writes their facts into the service's outbox, in `tx`, which applies the changes. Rejects as `publish` does. */
  applied(tx: Queryable, transactions: readonly ReplicatedTransaction[]): Promise<void>;
};

/** `service` is the one that owns the events: its name in the contracts. With `streamOf` it keeps them in its event store too. */
export function replicatedFacts<C extends Contracts>(options: {
  contracts: C;
  service: string;
  fromRows: FromRows<C>;
  streamOf?: StreamOf<C>;
}): ReplicatedFacts {
  const { streamOf } = options;
  const streams = streamOf && new FactStreams(options.contracts, streamOf);
  const tables = tablesOf(options.fromRows);
  const { publishAll } = createPublisher<C>(new Messages(options.contracts), options.service);
  return {
    tables: new Set([...tables].flatMap(([name, facts]) => (tellsOfChanges(facts) ? [name] : []))),
    messagePrefix: FACTS_PREFIX,
    prepare: (pool) => prepareTables(pool, streams !== undefined),
    async applied(tx, transactions) {
      const counts = new Map<string, Count>();
      const published: Stated[] = [];
      for (const { lsn, committedAt, message, changes } of transactions) {
        const { silent = false, ...who } = readFactsMessage(message);
        const correlationId = `monolith-${lsn.replace('/', '-')}`;
        const { actor, reason } = who;
        const metadata = {
          committedAt: committedAt.toISOString(),
          ...(reason === undefined ? {} : { reason }),
        };
        for (const change of changes) {
          const { before, made } = told(tables.get(change.table)!, change, { at: committedAt, ...who });
          // What nobody is to hear of has happened all the same: the service decides knowing it.
          if (made.length > 0)
            await streams?.append(tx, { before, facts: made }, { correlationId, actor, metadata });
          const facts = silent ? [] : made;
          for (const { type, data } of facts)
            published.push({ type, data, options: { correlationId, time: committedAt, ...who } });
          count(counts, change.table, facts.length, silent);
        }
      }
      await publishAll(tx, published);
      await tx.query({
        name: 'banyan_replicated_facts',
        text: COUNT,
        values: [[...counts.keys()], ...columnsOf([...counts.values()])],
      });
    },
  };
}

/** Of a table that only says what is there nobody need look at the changes. */
function tellsOfChanges<C extends Contracts>({ insert, update, delete: remove }: TableFacts<C>): boolean {
  return Boolean(insert ?? update ?? remove);
}

function told<C extends Contracts>(
  facts: TableFacts<C>,
  change: RowChange,
  about: Circumstances,
): { before: readonly Fact<C>[]; made: readonly Fact<C>[] } {
  try {
    return { before: existing(facts, change.before), made: factsOf(facts, change, about) };
  } catch (error) {
    throw new EventsError('FROM_ROWS_THREW', { table: change.table, says: textOf(error) }, error);
  }
}

type Count = { changes: number; facts: number; unwanted: number; silent: number };

function count(counts: Map<string, Count>, table: string, facts: number, silent: boolean): void {
  const so = counts.get(table) ?? { changes: 0, facts: 0, unwanted: 0, silent: 0 };
  counts.set(table, {
    changes: so.changes + 1,
    facts: so.facts + facts,
    unwanted: so.unwanted + (facts === 0 && !silent ? 1 : 0),
    silent: so.silent + (silent ? 1 : 0),
  });
}

function columnsOf(counts: readonly Count[]): number[][] {
  return (['changes', 'facts', 'unwanted', 'silent'] as const).map((name) =>
    counts.map((each) => each[name]),
  );
}

const COUNT = `
  INSERT INTO banyan_events.replicated_facts AS c (table_name, changes, facts, unwanted, silent)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
  ON CONFLICT (table_name) DO UPDATE SET changes = c.changes + excluded.changes, facts = c.facts + excluded.facts,
    unwanted = c.unwanted + excluded.unwanted, silent = c.silent + excluded.silent`;

/** Makes the tables of facts and backfills. */
export async function applyFactsSchema(pool: Db | pg.PoolClient): Promise<void> {
  await applySchemaFile(pool, {
    name: 'banyan_events.replicated_facts',
    file: new URL('schema.sql', import.meta.url),
  });
}

async function prepareTables(pool: Db | pg.PoolClient, keepsStreams: boolean): Promise<void> {
  try {
    await applyOutboxSchema(pool);
    if (keepsStreams) await applyStoreSchema(pool);
    await applyFactsSchema(pool);
    // Made by the service's own role, they may be closed to this one.
    await pool.query(PROBE);
  } catch (error) {
    if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new EventsError('OUTBOX_PRIVILEGE', { says: (error as Error).message }, error);
  }
}

/** Asks for the rights that `applied` needs, and changes nothing. */
const PROBE = `
  WITH outbox AS (INSERT INTO banyan_events.outbox (message) SELECT '{}' WHERE false),
    seen AS (SELECT count(*) FROM banyan_events.replicated_facts)
  INSERT INTO banyan_events.replicated_facts SELECT '', 0, 0, 0, 0 WHERE false
  ON CONFLICT (table_name) DO UPDATE SET changes = excluded.changes`;
const INSUFFICIENT_PRIVILEGE = '42501';
