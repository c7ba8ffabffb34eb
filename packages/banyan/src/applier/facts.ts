import {
  type BackfillOptions,
  type BackfillStatus,
  backfill,
  beginStreams,
  type Contracts,
  type FromRows,
  forgetTold,
  listBackfills,
  noteFailure,
  replicatedFacts,
  type StreamOf,
  tablesOf,
  type Walked,
  type Wanted,
  wantedBackfills,
} from '@banyan/events/facts';
import type { ResolvedService } from '@banyan/plan';
import { withPool, withTransaction } from '@banyan/postgres';
import type { RowObserver } from '@banyan/replication';
import type pg from 'pg';

/** What publishes the changes of a service's rows while they come from the monolith. */
export type LoadedFacts = {
  observer: RowObserver;
  /** Makes the service's outbox if the service has never started. */
  prepare(): Promise<void>;
  /** Does the same and takes it back. Rejects as it would. */
  tryOut(): Promise<void>;
  /** Tells one consumer which rows are there: as `backfill` of @banyan/events. */
  tell(asked: Asked): Promise<Walked>;
  /** As `beginStreams`; undefined: the service keeps no streams. */
  beginStreams: ((asked: Hooks) => Promise<Walked>) | undefined;
  /** Rows of a new copy are to come: the streams that have been begun are not all, nor is what consumers were told. */
  forgetTold(): Promise<void>;
  /** What consumers have asked for, and was not told to the end. */
  wanted(): Promise<Wanted[]>;
  /** What the last try of a backfill that was asked for failed of; null: it was told to the end. Resolves with whether that is new. */
  noteFailure(name: string, failure: string | null): Promise<boolean>;
  /** Some function says of a row what it means that it is there. */
  saysExists: boolean;
};

type Hooks = Pick<BackfillOptions<Contracts>, 'pause' | 'signal' | 'onProgress' | 'chunkRows' | 'onWait'>;
type Asked = Hooks & Pick<BackfillOptions<Contracts>, 'name' | 'consumer'>;

/** By the module that the plan names; undefined if it names none. */
export async function loadFacts({
  name,
  database,
  facts: url,
  tables,
}: Pick<ResolvedService, 'name' | 'database' | 'facts' | 'tables'>): Promise<LoadedFacts | undefined> {
  if (url === null || database === null) return undefined;
  const { contracts, fromRows, streamOf } = (await import(url)) as {
    contracts?: Contracts;
    fromRows?: FromRows<Contracts>;
    streamOf?: StreamOf<Contracts>;
  };
  if (!contracts || !fromRows) {
    throw new Error(`${url}, the facts of ${name}, must export contracts and fromRows`);
  }
  const facts = replicatedFacts({ contracts, service: name, fromRows, streamOf });
  const mapped = new Set(tables.map(({ service }) => `${service.schema}.${service.table}`));
  const unmapped = [...tablesOf(fromRows).keys()].find((table) => !mapped.has(table));
  if (unmapped !== undefined) {
    throw new Error(
      `fromRows of ${name} names ${unmapped}, which is no table that its plan takes over: ${url}`,
    );
  }
  return {
    observer: facts,
    prepare: () => onDatabase(database, (pool) => facts.prepare(pool)),
    tell: (asked) =>
      onDatabase(database, async (pool) => {
        await facts.prepare(pool);
        return await backfill({ ...asked, pool, contracts, service: name, fromRows });
      }),
    beginStreams:
      streamOf &&
      ((asked) =>
        onDatabase(database, async (pool) => {
          await facts.prepare(pool);
          return await beginStreams({ ...asked, pool, contracts, service: name, fromRows, streamOf });
        })),
    forgetTold: () => onDatabase(database, (pool) => forgetTold({ pool, fromRows })),
    wanted: () => onDatabase(database, (pool) => wantedBackfills(pool, fromRows)),
    noteFailure: (name, failure) => onDatabase(database, (pool) => noteFailure(pool, name, failure)),
    saysExists: Object.values(fromRows).some(({ exists }) => exists),
    async tryOut() {
      const takenBack = new Error('it would have worked');
      const work = onDatabase(database, (pool) =>
        withTransaction(pool, async (tx) => {
          await facts.prepare(tx);
          throw takenBack;
        }),
      );
      await work.catch((error: unknown) => {
        if (error !== takenBack) throw error;
      });
    },
  };
}

/** What consumers of a service are told, or wait for: of its database. */
export async function backfillsOf(database: string): Promise<BackfillStatus[]> {
  return await onDatabase(database, listBackfills);
}

async function onDatabase<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  return await withPool(url, { applicationName: 'banyan-facts', exact: true }, work);
}
