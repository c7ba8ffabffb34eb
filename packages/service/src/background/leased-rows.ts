import { prepared, type Queryable } from '@banyan/postgres';

/** A table whose rows are work: `due_at`, `leased_until` and `attempts` (0 at first) are among its columns. SQL is the service's own. */
export type LeasedTable = {
  table: string;
  /** Its key, one column. */
  key: string;
  /** What whoever leases a row gets of it: SQL, as after RETURNING. */
  columns: string;
  /** Rows that can be due at all: SQL of a condition. Default: all. Index `due_at` where it holds. */
  where?: string;
  /** What else changes in a row that is leased: SQL as after SET. */
  set?: string;
  /** For how long nobody else gets it, ms: longer than whoever has it takes, since a killed process holds it until then. */
  leaseMs: number;
};

/** A row that is leased. `attempt` counts from 1; who has an older one has lost it to somebody else. `dueAt`: since when it is due. */
export type Leased<Row> = Row & { key: Key; attempt: number; dueAt: Date };
/** Of a leased row. */
export type Key = string | number;

export type LeasedRows<Row> = {
  /**
   * Leases rows that are due, at most so many, the longest due first: also those whose lease is over, since whoever had them has not
   * said how it ended. Not those with a key of `except`.
   */
  lease(db: Queryable, most: number, except?: readonly Key[]): Promise<Leased<Row>[]>;
  /** Holds it for `leaseMs` from now on; `set` as of the table. False: it is somebody else's by now. */
  extend(db: Queryable, row: Leased<Row>, set?: string): Promise<boolean>;
  /**
   * Lets go of it, in the transaction of what was made of it. It is due again at `next`, or after so many ms by the database's clock; null:
   * not again; left out: its `due_at` stays. False: it is somebody else's by now, or gone, and nothing may be made of it here.
   */
  release(tx: Queryable, row: Leased<Row>, next?: Date | number | null): Promise<boolean>;
};

/** How a service leases rows of a table; its queue (`leasedQueue`) works them off. */
export function leasedRows<Row>({
  table,
  key,
  columns,
  where = 'true',
  set,
  leaseMs,
}: LeasedTable): LeasedRows<Row> {
  const seconds = leaseMs / 1_000;
  const also = (sql: string | undefined) => (sql === undefined ? '' : `, ${sql}`);
  return {
    lease: async (db, most, except = []) => {
      const { rows } = await db.query<Leased<Row> & object>(
        // Asked every second, mostly of a table in which nothing is due: to plan it takes longer.
        prepared(
          `WITH due AS MATERIALIZED (
           SELECT ${key} AS due_key FROM ${table}
           WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now()) AND (${where})
             AND ${key}::text <> ALL ($3)
           ORDER BY due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
         ), leased AS (
           UPDATE ${table} SET leased_until = now() + make_interval(secs => $2), attempts = attempts + 1${also(set)}
           FROM due WHERE ${key} = due_key RETURNING ${key} AS key, attempts AS attempt, due_at AS "dueAt", ${columns}
         )
         SELECT * FROM leased ORDER BY "dueAt"`,
          [most, seconds, except.map(String)],
        ),
      );
      return rows;
    },
    extend: async (db, { key: of, attempt }, set) => {
      const { rowCount } = await db.query(
        `UPDATE ${table} SET leased_until = now() + make_interval(secs => $3)${also(set)}
         WHERE ${key} = $1 AND attempts = $2 AND leased_until IS NOT NULL`,
        [of, attempt, seconds],
      );
      return rowCount === 1;
    },
    release: async (tx, { key: of, attempt }, next) => {
      const { rowCount } = await tx.query(
        `UPDATE ${table} SET leased_until = NULL,
           due_at = CASE WHEN $3 THEN coalesce($4, now() + make_interval(secs => $5)) ELSE due_at END
         WHERE ${key} = $1 AND attempts = $2 AND leased_until IS NOT NULL`,
        [
          of,
          attempt,
          next !== undefined,
          next instanceof Date ? next : null,
          typeof next === 'number' ? next / 1_000 : null,
        ],
      );
      return rowCount === 1;
    },
  };
}
