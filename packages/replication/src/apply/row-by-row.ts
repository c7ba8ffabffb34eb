import type { Lsn, Tuple } from '@banyan/postgres';
import type { Parent } from '../catalog/foreign-keys.ts';
import { ReplicationError } from '../errors.ts';
import type { Ownership } from '../link/ownership.ts';
import type { Shares } from '../link/shares.ts';
import {
  type RepairEvent,
  type RowEvent,
  rowEvents,
  type SourceTransaction,
  type TruncateEvent,
} from '../stream/transaction.ts';
import { applyAnnounced } from './announced-columns.ts';
import { recordAppendOnly } from './append-only.ts';
import type { BoundTable } from './bound-table.ts';
import type { ConflictKind, ConflictLog } from './conflict-log.ts';
import { askDependants } from './dependants.ts';
import { updateMissingForeign, upsertForeign } from './foreign-rows.ts';
import { followLost, lostParents } from './lost-parents.ts';
import { changesOf, isOutside, refuseOutside } from './outside-rows.ts';
import { isBanyan, meetsRows, ownColumnsChanged, route, rowsOfService, WRITER_MOVES } from './route.ts';
import { other, ownerOfChange, ownerOfTarget, sideOfSource } from './row-owner.ts';
import { attempt } from './savepoint.ts';
import type { TargetSession } from './target-session.ts';
import { swapUniqueValues } from './unique-swap.ts';

type Row = Record<string, string | null>;

type Postponed = { event: RowEvent; existing: Row; lost: Parent[]; violated: string };

/**
 * Applies changes one by one, looking at the target's row wherever a change does not simply fit. What does not fit
 * is recorded as a conflict in the same transaction, and the owner's row is asked for again.
 */
export class RowByRowApplier {
  readonly #session: TargetSession;
  readonly #shares: Shares;
  /** When the transaction at hand was committed. */
  #ownership: Ownership;
  #postponed: Postponed[] = [];
  readonly #log: ConflictLog;

  constructor(session: TargetSession, log: ConflictLog, shares: Shares) {
    this.#session = session;
    this.#log = log;
    this.#shares = shares;
    this.#ownership = shares.at(0n);
  }

  /** `window`: the position until which changes are upserts after a copy, if `transaction` lies before it. */
  async apply(transaction: SourceTransaction, window: Lsn | undefined): Promise<void> {
    this.#ownership = this.#shares.at(transaction.finalLsn);
    this.#postponed = [];
    this.#log.share = this.#ownership.share;
    const events = transaction.events.flatMap((event) =>
      event.kind === 'inserts' ? rowEvents(event) : [event],
    );
    for (const event of events) {
      if (event.kind === 'truncate') await this.#truncate(event);
      else if (event.kind === 'repair') await this.#repair(event, transaction);
      else if (event.kind === 'announced') await applyAnnounced(this.#session, this.#log, event, transaction);
      else if (window !== undefined) await this.#converge(event, window);
      else await this.#row(event, transaction);
    }
    await this.#swapPostponed(transaction);
  }

  async #row(event: RowEvent, transaction: SourceTransaction): Promise<void> {
    // What was postponed of the same row comes before.
    if (
      this.#postponed.some(
        ({ event: { table, row } }) => table === event.table && table.sameKey(row, event.old ?? event.row),
      )
    )
      await this.#swapPostponed(transaction);
    if (isOutside(event)) return await refuseOutside(this.#log, event, transaction);
    switch (event.kind) {
      case 'insert':
        return await this.#insert(event, transaction);
      case 'update':
        await recordAppendOnly(this.#session, this.#log, event, transaction);
        return await this.#update(event, transaction);
      case 'delete':
        await recordAppendOnly(this.#session, this.#log, event, transaction);
        return await this.#delete(event, transaction);
    }
  }

  async #insert(event: RowEvent, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    if (route(event, this.#ownership, transaction.origin) === 'nothing') return;
    const lost = await lostParents(this.#session, event, 'insert');
    const violated = await attempt(this.#session, async () => {
      if (meetsRows(table.plan)) await upsertForeign(this.#session, this.#log, event, this.#ownership);
      else await this.#session.run(table, table.insert(), [row]);
    });
    if (!violated) {
      await followLost(this.#session, this.#log, lost, event, transaction);
      return await this.#announce(event);
    }
    const existing = await this.#find(table, row);
    if (!existing)
      return await this.#refuse('multiple_unique_conflicts', event, undefined, transaction, violated);
    const owner = await ownerOfTarget(this.#session, this.#ownership, table, existing);
    await this.#log.record('insert_exists', event, existing, owner, transaction);
    await this.#log.ask(table, event.row, owner);
  }

  /**
   * Updates for which another row stood in the way: a constraint of the source's may wait for the end of the transaction
   * where the target's does not. What does not fit even then is refused, each row as it was.
   */
  async #swapPostponed(transaction: SourceTransaction): Promise<void> {
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const [table, those] of Map.groupBy(postponed, ({ event }) => event.table)) {
      const rows = those.map(({ event }) => event.row);
      const refused = await attempt(this.#session, () => swapUniqueValues(this.#session, table, rows));
      for (const { event, existing, lost, violated } of those)
        if (refused) await this.#refuse('update_exists', event, existing, transaction, violated);
        else await followLost(this.#session, this.#log, lost, event, transaction);
    }
  }

  async #update(event: RowEvent, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    const before = event.old ?? row;
    const existing = await this.#find(table, before);
    const mine = sideOfSource(table);
    const claim = event.full ? event.old! : row;
    const owner = existing
      ? await ownerOfTarget(this.#session, this.#ownership, table, existing)
      : await ownerOfChange(this.#session, this.#ownership, event, claim);
    if (!existing && table.plan.mapping.rows === 'foreign') {
      const violated = await updateMissingForeign(this.#session, this.#log, event, this.#ownership);
      if (violated) await this.#refuse('multiple_unique_conflicts', event, undefined, transaction, violated);
      return;
    }
    if (!existing) {
      if (owner !== mine && isBanyan(transaction.origin)) return;
      await this.#log.record('update_missing', event, undefined, owner, transaction);
      return await this.#log.ask(table, before, owner);
    }
    const absent = table.absentOf(row);
    if (owner === mine) {
      const rekey = !table.sameKey(before, row);
      const statement = table.update(absent, { rekey });
      const lost = await lostParents(this.#session, event, rekey ? 'rekey' : 'update');
      const violated = await attempt(this.#session, () =>
        this.#session.run(table, statement, [row], [before]),
      );
      if (violated && rekey)
        return await this.#refuse('update_exists', event, existing, transaction, violated);
      if (violated) return void this.#postponed.push({ event, existing, lost, violated });
      await followLost(this.#session, this.#log, lost, event, transaction);
      if (rekey) await this.#announce(event);
      return;
    }
    if (event.carried) return await this.#carry(event, before, existing, transaction);
    if (await this.#differs(event, before, transaction)) {
      await this.#log.record('update_origin_differs', event, existing, owner, transaction);
      await this.#log.ask(table, before, owner);
      if (!table.sameKey(before, row)) {
        await this.#log.ask(table, row, owner);
        return await askDependants(this.#session, this.#log, table.plan, existing, owner);
      }
    }
    if (table.plan.forwardOnly.length === 0 || !table.sameKey(before, row)) return;
    const violated = await attempt(this.#session, () =>
      this.#session.run(table, table.updateForwardOnly(absent), [row]),
    );
    if (violated) await this.#refuse('update_exists', event, existing, transaction, violated);
  }

  /**
   * What the monolith's own cascade has changed is taken over, and nothing else of its row. The service's row is sent back
   * whole: a write of its own that was under way may have carried the old value to the monolith meanwhile.
   */
  async #carry(event: RowEvent, before: Tuple, existing: Row, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    const statement = table.carried(event.carried!, table.absentOf(row), !table.sameKey(before, row));
    const violated = await attempt(this.#session, () => this.#session.run(table, statement, [row], [before]));
    if (violated) await this.#refuse('update_exists', event, existing, transaction, violated);
    else await this.#log.ask(table, row, 'service');
  }

  async #delete(event: RowEvent, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    if (route(event, this.#ownership, transaction.origin) === 'nothing') return;
    const existing = await this.#find(table, row);
    const mine = sideOfSource(table);
    if (event.carried) {
      if (existing) await this.#session.run(table, table.delete(), [row]);
      return;
    }
    if (!existing && table.plan.mapping.rows === 'foreign') return;
    if (!existing) return await this.#log.record('delete_missing', event, undefined, mine, transaction);
    const owner =
      table.plan.mapping.rows === 'foreign'
        ? 'monolith'
        : await ownerOfTarget(this.#session, this.#ownership, table, existing);
    if (owner === mine) {
      await this.#session.run(table, table.delete(), [row]);
      return;
    }
    await this.#log.record('delete_origin_differs', event, existing, owner, transaction);
    await this.#log.ask(table, row, owner);
    await askDependants(this.#session, this.#log, table.plan, existing, owner);
  }

  /** After a copy: the copied row may be newer than the change. Replaying all changes ends at the same rows. */
  async #converge(event: RowEvent, window: Lsn): Promise<void> {
    const { table, row } = event;
    const mine = sideOfSource(table);
    if (event.kind === 'delete') {
      await this.#session.run(table, table.delete(), [row]);
      return;
    }
    const absent = table.absentOf(row);
    const rekey = event.old !== undefined && !table.sameKey(event.old, row);
    const violated = await attempt(this.#session, async () => {
      if (rekey) {
        const moved = await this.#session.run(table, table.update(absent, { rekey }), [row], [event.old!]);
        if (moved.rowCount === 1) return;
      }
      const updated = await this.#session.run(table, table.update(absent), [row]);
      if (updated.rowCount === 1) return;
      if (absent === '') await this.#session.run(table, table.insertMissing(), [row]);
      else await this.#log.ask(table, row, mine, window);
    });
    if (!violated) return;
    // Another copied row is ahead of this one. Once the window is over, both are sent again as they are then.
    await this.#log.ask(table, row, mine, window);
    if (rekey) await this.#session.run(table, table.delete(), [event.old!]);
  }

  async #truncate({ table }: TruncateEvent): Promise<void> {
    const { mapping, direction } = table.plan;
    if (mapping.onTruncate === 'ignore' || (mapping.rows === 'foreign' && direction === 'reverse')) return;
    const { share } = this.#ownership;
    const ownsAll =
      mapping.rows === 'foreign' || (direction === 'forward' ? share === 0 : share >= WRITER_MOVES);
    if (mapping.onTruncate === 'block' || !ownsAll)
      throw new ReplicationError('TRUNCATE_BLOCKED', { table: table.sourceName });
    const ours = rowsOfService(table.plan);
    const { targetName } = table.plan;
    await this.#session.client.query(
      ours ? `DELETE FROM ${targetName} AS t WHERE ${ours}` : `TRUNCATE ${targetName}`,
    );
  }

  /** Rows as their owner had them when the message was written, which is where we are in the stream now. */
  async #repair(repair: RepairEvent, transaction: SourceTransaction): Promise<void> {
    const { table } = repair;
    if (!(await this.#log.takeRepairToken(repair.token))) return;
    const moved = repair.share !== undefined && repair.share !== this.#ownership.share;
    const events = changesOf(repair);
    const putAllRight = async () => {
      for (const event of events) await this.#putRight(event, transaction, moved);
    };
    // Each by itself costs two statements more.
    if (!(await attempt(this.#session, putAllRight))) return;
    const stuck: { event: RowEvent; violated: string }[] = [];
    for (const event of events) {
      const violated = await attempt(this.#session, () => this.#putRight(event, transaction, moved));
      if (violated) stuck.push({ event, violated });
    }
    // Rows that have swapped a unique value hinder one another. While the service owns none, all are the monolith's.
    const swap = stuck.length > 1 && table.plan.direction === 'forward' && this.#ownership.share === 0;
    const swapped =
      swap && !(await attempt(this.#session, () => this.#swap(table, stuck, transaction, moved)));
    if (swapped) return;
    for (const { event, violated } of stuck) {
      // Asking again would only end here again: left to verification and to a person.
      const existing = await this.#find(table, event.row);
      const winner = other(sideOfSource(table));
      await this.#log.record('multiple_unique_conflicts', event, existing, winner, transaction, violated);
    }
  }

  async #swap(
    table: BoundTable,
    stuck: { event: RowEvent }[],
    transaction: SourceTransaction,
    moved: boolean,
  ): Promise<void> {
    await swapUniqueValues(
      this.#session,
      table,
      stuck.map(({ event }) => event.row),
    );
    // Rows that are not there yet, whose values the others held.
    for (const { event } of stuck) await this.#putRight(event, transaction, moved);
  }

  /** `moved`: another share was in force when it was asked for. If the row is another side's now, that one is asked. */
  async #putRight(event: RowEvent, transaction: SourceTransaction, moved: boolean): Promise<void> {
    const { table, row } = event;
    if (isOutside(event)) return await refuseOutside(this.#log, event, transaction);
    const existing = await this.#find(table, row);
    const mine = sideOfSource(table);
    const present = event.kind === 'update';
    // If the monolith's row is no longer what the deletion made of it, there is nothing to carry.
    if (event.carried && present === event.carried.size > 0)
      return await this.#takeOver(event, existing, transaction);
    const owner =
      existing && (!present || !table.targetInSet(existing))
        ? await ownerOfTarget(this.#session, this.#ownership, table, existing)
        : await ownerOfChange(this.#session, this.#ownership, event, row);
    const rowOwner = table.plan.mapping.rows === 'foreign' ? 'monolith' : owner;
    if (moved && owner !== mine) await this.#log.ask(table, row, owner);
    if (!present) {
      if (existing && rowOwner === mine) await this.#session.run(table, table.delete(), [row]);
    } else if (!existing) {
      if (rowOwner !== mine) return;
      const lost = await lostParents(this.#session, event, 'insert');
      await this.#session.run(table, table.insertMissing(), [row]);
      await followLost(this.#session, this.#log, lost, event, transaction);
      await this.#announce(event);
      if (table.plan.target.cascadesFrom.length > 0) await this.#takeBackOrphan(event, transaction);
    } else if (owner === mine) {
      const lost = await lostParents(this.#session, event, 'update');
      await this.#session.run(table, table.update(table.absentOf(row)), [row]);
      await followLost(this.#session, this.#log, lost, event, transaction);
    } else if (table.plan.forwardOnly.length > 0) {
      await this.#session.run(table, table.updateForwardOnly(table.absentOf(row)), [row]);
    }
  }

  async #announce({ table, row }: RowEvent): Promise<void> {
    const announce = table.announce();
    if (announce) await this.#session.run(table, announce, [row]);
  }

  /**
   * A row whose parent was deleted went with it: sent again, it would stay behind on this side alone, since foreign keys
   * are off for a link and the cascade is on its way to the other side.
   */
  async #takeBackOrphan(event: RowEvent, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    const taken = await this.#session.run(table, table.deleteOrphan(), [row]);
    if (taken.rowCount === 0) return;
    await this.#log.record('insert_orphan', event, undefined, other(sideOfSource(table)), transaction);
  }

  /** What a deleted parent of the monolith's has made of the row. A write of the service that crosses it loses, on both sides. */
  async #takeOver(event: RowEvent, existing: Row | undefined, transaction: SourceTransaction): Promise<void> {
    const { table, row } = event;
    if (!existing) return;
    if (event.kind === 'update') return await this.#carry(event, row, existing, transaction);
    await this.#session.run(table, table.delete(), [row]);
    await this.#log.ask(table, row, 'service');
  }

  /** A unique constraint stands in the way: the target keeps what it has, and the source's row is sent once more. */
  async #refuse(
    kind: ConflictKind,
    event: RowEvent,
    existing: Row | undefined,
    transaction: SourceTransaction,
    violated: string,
  ): Promise<void> {
    const mine = sideOfSource(event.table);
    await this.#log.record(kind, event, existing, other(mine), transaction, violated);
    await this.#log.ask(event.table, event.row, mine);
  }

  async #differs(event: RowEvent, before: Tuple, transaction: SourceTransaction): Promise<boolean> {
    const { table, row } = event;
    if (!table.sameKey(before, row)) return true;
    if (event.full) return ownColumnsChanged(event);
    if (isBanyan(transaction.origin)) return false;
    const absent = table.absentOf(row);
    const { rows } = await this.#session.run(table, table.countDiffering(absent), [row]);
    return Number(rows[0].count) > 0;
  }

  async #find(table: BoundTable, row: Tuple): Promise<Row | undefined> {
    const { rows } = await this.#session.run(table, table.select(), [row]);
    return rows[0];
  }
}
