import type { Db } from '@banyan/postgres';
import type { Contracts } from '../contracts.ts';
import { Messages } from '../messages.ts';
import { createPublisher } from '../outbox/publish.ts';
import { backfillContracts } from './backfill-messages.ts';
import { type FromRows, type StreamOf, tablesOf } from './from-rows.ts';
import { sayTold, waitForConsumer } from './keep-near.ts';
import { FactStreams } from './stream.ts';
import { type Walked, type WalkOptions, walkRows } from './walk-rows.ts';
import { backfillCorrelation } from './wanted.ts';

export type BackfillOptions<C extends Contracts> = WalkOptions<C> & {
  contracts: C;
  /** The one that owns the events. */
  service: string;
  /** The consumer has not handled so many of what it was told, and is waited for. */
  onWait?(open: number): void;
};

/** Tells one group on the bus, `consumer`, which rows are there; all others pass over it. */
export async function backfill<C extends Contracts>(options: BackfillOptions<C>): Promise<Walked> {
  const { contracts, service, name, consumer } = options;
  const { publishAll } = createPublisher<C>(new Messages(contracts), service);
  const own = backfillContracts(contracts.system);
  const { sendTo } = createPublisher<typeof own>(new Messages(own), service);
  const about = { correlationId: backfillCorrelation(name), recipient: consumer };
  return await walkRows(options, {
    ready: () => waitForConsumer(options.pool, options),
    async tell(tx, facts) {
      await publishAll(
        tx,
        facts.map(({ type, data }) => ({ type, data, options: about })),
      );
      return facts.length;
    },
    noted: (tx) => sayTold(tx, { name, owner: service, consumer }, sendTo),
  });
}

/** Begins the streams of the service's event store that no event has begun yet, each with what its row says that there is. */
export async function beginStreams<C extends Contracts>(
  options: Omit<BackfillOptions<C>, 'name' | 'consumer' | 'onWait'> & { streamOf: StreamOf<C> },
): Promise<Walked> {
  const streams = new FactStreams(options.contracts, options.streamOf);
  const about = { correlationId: STREAMS, metadata: {} };
  const fromRows = Object.fromEntries(
    Object.entries(options.fromRows).filter(([, { ofNoStream }]) => !ofNoStream),
  );
  return await walkRows(
    { ...options, fromRows, name: STREAMS, consumer: options.service },
    { tell: (tx, facts) => streams.begin(tx, facts, about) },
  );
}

/**
 * Of a new copy. Rows that it brings have no streams, and whoever has asked was never told of what became of rows while nobody
 * followed the monolith: they are told anew of all that are there, and what they handle is counted on.
 */
export async function forgetTold<C extends Contracts>({
  pool,
  fromRows,
}: {
  pool: Db;
  fromRows: FromRows<C>;
}): Promise<void> {
  await pool.query(
    `UPDATE banyan_events.backfills AS b SET told_to = NULL, rows = 0, begun_at = now(), ended_at = NULL,
       facts = CASE WHEN name = $1 THEN 0 ELSE facts END
     WHERE table_name = ANY($2)
       AND (name = $1 OR EXISTS (SELECT FROM banyan_events.backfills_wanted AS w WHERE w.name = b.name))`,
    [STREAMS, [...tablesOf(fromRows).keys()]],
  );
}

const STREAMS = 'streams';
