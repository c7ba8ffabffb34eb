import { formatLsn, type Lsn, type Tuple } from '@banyan/postgres';
import { nameOf } from '../mapping/mapping.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { takeRepairToken } from '../repair/repair-token.ts';
import type { RowEvent, SourceTransaction } from '../stream/transaction.ts';
import type { BoundTable } from './bound-table.ts';
import type { TargetSession } from './target-session.ts';

/**
 * Names as PostgreSQL 18 gives them; `insert_orphan`: a row that is sent again, whose parent takes it along, is gone with it;
 * `parent_missing`: the monolith deleted the parent while the service wrote the row; `append_only_changed`: a row was updated or deleted
 * of which the plan says that it never is; `outside_rows`: the service wrote a row that is none of those which it has by the plan.
 */
export type ConflictKind =
  | 'insert_exists'
  | 'update_exists'
  | 'update_missing'
  | 'update_origin_differs'
  | 'delete_missing'
  | 'delete_origin_differs'
  | 'multiple_unique_conflicts'
  | 'insert_orphan'
  | 'parent_missing'
  | 'append_only_changed'
  | 'outside_rows';

export type Side = 'monolith' | 'service';

type Row = Record<string, string | null>;

/** What a link notes on its target, with the changes that it applies: conflicts, and repairs that it asks for. */
export class ConflictLog {
  readonly #session: TargetSession;
  readonly #link: string;
  readonly #counted = { conflicts: 0, repairs: 0, refused: 0 };
  /** In force when the transaction at hand was committed; a repair names it. */
  share = 0;

  constructor(session: TargetSession, link: string) {
    this.#session = session;
    this.#link = link;
  }

  /** How many there were since the last call. */
  take(what: 'conflicts' | 'repairs' | 'refused'): number {
    const count = this.#counted[what];
    this.#counted[what] = 0;
    return count;
  }

  /** Whether a message is Banyan's. One that is not has no effect and is counted. */
  async takeRepairToken(token: string): Promise<boolean> {
    const taken = await takeRepairToken(this.#session.client, this.#link, token);
    if (!taken) this.#counted.refused++;
    return taken;
  }

  /** Adds the conflict to `banyan.conflicts`, in the transaction that is open. */
  async record(
    kind: ConflictKind,
    { table, row }: RowEvent,
    target: Row | undefined,
    winner: Side,
    transaction: SourceTransaction,
    detail?: string,
  ): Promise<void> {
    this.#counted.conflicts++;
    await this.#session.client.query(
      `INSERT INTO banyan.conflicts (link, kind, table_name, key, source_row, target_row, winner, source_lsn, detail)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        this.#link,
        kind,
        table.sourceName,
        JSON.stringify(table.keyRecord(row)),
        JSON.stringify(table.toRecord(row)),
        target === undefined ? null : JSON.stringify(target),
        winner,
        formatLsn(transaction.finalLsn),
        detail ?? null,
      ],
    );
  }

  /**
   * Asks for the owner's row, by the source's key; carried out once the stream has passed `after`. `carried`: for the
   * monolith's, whoever owns it.
   */
  async ask(table: BoundTable, row: Tuple, owner: Side, after: Lsn = 0n, carried?: string[]): Promise<void> {
    this.#counted.repairs++;
    await this.#session.client.query(
      'INSERT INTO banyan.repairs (link, table_name, key, owner, after_lsn, carried, share) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [
        this.#link,
        table.sourceName,
        JSON.stringify(table.keyRecord(row)),
        owner,
        formatLsn(after),
        carried ?? null,
        this.share,
      ],
    );
  }

  /** The same of rows by the values of their keys, in the order of `sourceKey`. */
  async askByKeys(
    { source, sourceKey }: TablePlan,
    keys: readonly (readonly (string | null)[])[],
    owner: Side,
  ): Promise<void> {
    this.#counted.repairs += keys.length;
    await this.#session.client.query(
      'INSERT INTO banyan.repairs (link, table_name, key, owner, share) SELECT $1, $2, key, $4, $5 FROM unnest($3::jsonb[]) AS key',
      [
        this.#link,
        nameOf({ schema: source.schema, table: source.name }),
        keys.map((values) =>
          JSON.stringify(Object.fromEntries(sourceKey.map((name, at) => [name, values[at]]))),
        ),
        owner,
        this.share,
      ],
    );
  }
}
