import type { Db, Queryable } from '@banyan/postgres';
import type { Envelope } from '../envelope.ts';
import type { createPublisher } from '../outbox/publish.ts';
import { type backfillContracts, HANDLED, TOLD, type Told } from './backfill-messages.ts';
import { backfillCorrelation, backfillName } from './wanted.ts';

type Publisher = ReturnType<typeof createPublisher<ReturnType<typeof backfillContracts>>>;

/**
 * Counts what this service has handled of what it was told because it had asked, in the transaction of the effects, and says so to
 * whoever tells it: so the one who tells never is far ahead, and the one who asked knows when it has all.
 */
export class HandledCount {
  readonly #service: string;
  /** By the correlation id of what they tell. */
  readonly #owners: ReadonlyMap<string, string>;
  readonly #sendTo: Publisher['sendTo'];

  constructor(options: { service: string; owners: readonly string[]; sendTo: Publisher['sendTo'] }) {
    const { service, owners, sendTo } = options;
    this.#service = service;
    this.#owners = new Map(owners.map((owner) => [backfillCorrelation(backfillName(owner, service)), owner]));
    this.#sendTo = sendTo;
  }

  /** These have their effects in `tx`. To be called last: others that count wait until it commits. */
  async handled(tx: Queryable, messages: readonly Envelope[]): Promise<void> {
    const counts = countsOf(messages, this.#service, this.#owners);
    if (counts.length === 0) return;
    const { rows } = await tx.query<{ owner: string; handled: number; due: boolean }>({
      name: 'banyan_backfill_handled',
      text: COUNT,
      values: [
        counts.map(({ owner }) => owner),
        counts.map(({ handled }) => handled),
        counts.map(({ told }) => told),
        counts.map(({ complete }) => complete),
        SAID_EVERY,
      ],
    });
    for (const { owner, handled, due } of rows)
      if (due) await this.#sendTo(tx, owner, HANDLED, { owner, consumer: this.#service, facts: handled });
  }
}

/** When all had been handled that a service which was asked has told. Undefined: it is not, or nobody knows. */
export async function completeSince(db: Queryable, owner: string): Promise<Date | undefined> {
  const { rows } = await db.query<{ complete_at: Date | null }>(
    'SELECT complete_at FROM banyan_events.backfills_asked WHERE owner = $1',
    [owner],
  );
  return rows[0]?.complete_at ?? undefined;
}

/** What this service has not handled yet of what `owner` has told it of its rows, since it had asked. */
export type Unheard = { owner: string; handled: number; told: number };

/** None of those that have not begun to tell, or asked before anybody counted; nor to a role that may not read it. */
export async function unheardBackfills(pool: Db): Promise<Unheard[]> {
  const { rowCount } = await pool.query(READABLE);
  if (rowCount === 0) return [];
  const { rows } = await pool.query<Unheard>(
    `SELECT owner, handled::float8 AS handled, told::float8 AS told FROM banyan_events.backfills_asked
     WHERE told IS NOT NULL AND complete_at IS NULL ORDER BY owner`,
  );
  return rows;
}

/** Whose rows this service has asked for by its definition, and is told of since; none to a role that may not read it. */
export async function askedOwners(pool: Db): Promise<string[]> {
  const { rowCount } = await pool.query(READABLE);
  if (rowCount === 0) return [];
  const { rows } = await pool.query<{ owner: string }>(
    'SELECT owner FROM banyan_events.backfills_asked WHERE refusal IS NULL ORDER BY owner',
  );
  return rows.map(({ owner }) => owner);
}

const READABLE = `
  SELECT FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'told' AND NOT a.attisdropped
  WHERE n.nspname = 'banyan_events' AND c.relname = 'backfills_asked'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')`;

type Count = { owner: string; handled: number; told: number | null; complete: boolean };

/** Of each owner what these messages add. Pure. */
function countsOf(
  messages: readonly Envelope[],
  service: string,
  owners: ReadonlyMap<string, string>,
): Count[] {
  const counts = new Map<string, Count>();
  const of = (owner: string) => {
    const count = counts.get(owner) ?? { owner, handled: 0, told: null, complete: false };
    counts.set(owner, count);
    return count;
  };
  for (const { type, kind, recipient, correlationid, data } of messages) {
    if (recipient !== service) continue;
    if (type === TOLD) {
      const { owner, facts, complete } = data as Told;
      const count = of(owner);
      // The newest says whether that is all: once more is told than was all before, it is not.
      count.complete =
        facts > (count.told ?? -1) ? complete : facts === count.told && (count.complete || complete);
      count.told = Math.max(count.told ?? 0, facts);
    } else if (kind === 'event') {
      const owner = owners.get(correlationid);
      if (owner !== undefined) of(owner).handled++;
    }
  }
  return [...counts.values()];
}

/** Facts between two words of how many were handled: far fewer than may be on their way. */
const SAID_EVERY = 100;

// In one order everywhere, so that no two wait for each other. `due`: enough are new, or all are handled that were told so far.
const COUNT = `
  WITH mine AS MATERIALIZED (
    SELECT a.owner, a.acknowledged, a.handled + n.handled AS handled, greatest(a.told, n.told) AS told,
      CASE WHEN n.told > coalesce(a.told, -1) THEN n.all_told ELSE a.all_told OR n.all_told END AS all_told
    FROM banyan_events.backfills_asked AS a
    JOIN unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[]) AS n(owner, handled, told, all_told) USING (owner)
    ORDER BY a.owner FOR UPDATE OF a),
  judged AS (
    SELECT *, handled - acknowledged >= $5 OR (handled > acknowledged AND handled >= told) IS TRUE AS due,
      (all_told AND handled >= told) IS TRUE AS complete
    FROM mine)
  UPDATE banyan_events.backfills_asked AS a SET handled = j.handled, told = j.told, all_told = j.all_told,
    acknowledged = CASE WHEN j.due THEN j.handled ELSE a.acknowledged END,
    complete_at = CASE WHEN j.complete THEN coalesce(a.complete_at, clock_timestamp()) END
  FROM judged AS j WHERE a.owner = j.owner
  RETURNING a.owner, a.handled::float8 AS handled, j.due`;
