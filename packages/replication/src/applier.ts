import { errorCode, formatLsn, formatMicros, type Lsn } from '@banyan/postgres';
import type { BoundTable } from './bound-table.ts';
import { CarefulApplier } from './careful.ts';
import { ReplicationError } from './errors.ts';
import type { Ownership } from './ownership.ts';
import { ownedBySource, route } from './route.ts';
import { commitAt, type TargetSession } from './target-session.ts';
import type { SourceTransaction } from './transaction.ts';
import { buildWaves, type Change, type Segment } from './waves.ts';

/**
 * Applies source transactions in their order. Many are committed together, as sets of rows; whatever does not go
 * smoothly (a missing row, a violated constraint) rolls the set back and is halved down to the one transaction that
 * is then applied change by change.
 */
export class Applier {
  readonly #session: TargetSession;
  readonly #link: string;
  readonly #ownership: Ownership;
  readonly #careful: CarefulApplier;
  /** Until here changes are upserts, because copied rows may be newer. */
  readonly #window: Lsn;
  #open: { finalLsn: Lsn; careful: boolean } | undefined;

  constructor(session: TargetSession, link: string, ownership: Ownership, window: Lsn) {
    this.#session = session;
    this.#link = link;
    this.#ownership = ownership;
    this.#careful = new CarefulApplier(session, link, ownership);
    this.#window = window;
  }

  /** Conflicts recorded since the last call. */
  takeConflicts(): number {
    return this.#careful.take('conflicts');
  }

  /** Repairs asked for since the last call. */
  takeRepairs(): number {
    return this.#careful.take('repairs');
  }

  /** Applies and commits whole transactions. All are durable when it returns. */
  async apply(transactions: SourceTransaction[]): Promise<void> {
    for (const run of this.#runs(transactions)) {
      if (run.careful) await this.#applyCarefully(run.transactions[0]!);
      else await this.#applyTogether(run.transactions);
    }
  }

  /**
   * Applies part of a transaction that is too large to hold, inside one open transaction of the target; the last
   * part commits it. Throws `Oversized` if it has to be done change by change: start over, with `careful`.
   */
  async applyPart(part: SourceTransaction, last: boolean, careful: boolean): Promise<void> {
    try {
      if (!this.#open) {
        await this.#session.client.query('BEGIN');
        this.#open = { finalLsn: part.finalLsn, careful };
      }
      if (careful) await this.#careful.apply(part, this.#windowOf(part));
      else await this.#runWaves(this.#changesOf([part]), this.#inWindow(part));
      if (!last) return;
      await this.#commit(part);
      this.#open = undefined;
    } catch (error) {
      this.#open = undefined;
      if (isConnectionError(error)) throw error;
      await this.#session.client.query('ROLLBACK');
      if (careful || !isAnomaly(error)) throw failed(error, part);
      throw new Oversized(part.finalLsn);
    }
  }

  /** Longest runs that can be applied together; a transaction that needs care stands alone. */
  #runs(transactions: SourceTransaction[]): { careful: boolean; transactions: SourceTransaction[] }[] {
    const runs: { careful: boolean; transactions: SourceTransaction[] }[] = [];
    for (const transaction of transactions) {
      const careful = this.#needsCare(transaction);
      const last = runs.at(-1);
      const joins = last && !last.careful && !careful && this.#alike(last.transactions[0]!, transaction);
      if (joins) last.transactions.push(transaction);
      else runs.push({ careful, transactions: [transaction] });
    }
    return runs;
  }

  #needsCare(transaction: SourceTransaction): boolean {
    return transaction.events.some(
      (event) =>
        event.kind === 'truncate' ||
        event.kind === 'repair' ||
        route(event, this.#ownership, transaction.origin) === 'careful',
    );
  }

  #inWindow(transaction: SourceTransaction): boolean {
    return transaction.finalLsn < this.#window;
  }

  #alike(a: SourceTransaction, b: SourceTransaction): boolean {
    return this.#inWindow(a) === this.#inWindow(b);
  }

  async #applyTogether(transactions: SourceTransaction[]): Promise<void> {
    const last = transactions.at(-1)!;
    const { client } = this.#session;
    try {
      await client.query('BEGIN');
      await this.#runWaves(this.#changesOf(transactions), this.#inWindow(last));
      await this.#commit(last);
    } catch (error) {
      if (isConnectionError(error)) throw error;
      await client.query('ROLLBACK');
      if (!isAnomaly(error)) throw failed(error, last);
      if (transactions.length === 1) return await this.#applyCarefully(last);
      const half = transactions.length >> 1;
      await this.#applyTogether(transactions.slice(0, half));
      await this.#applyTogether(transactions.slice(half));
    }
  }

  async #applyCarefully(transaction: SourceTransaction): Promise<void> {
    const { client } = this.#session;
    try {
      await client.query('BEGIN');
      await this.#careful.apply(transaction, this.#windowOf(transaction));
      await this.#commit(transaction);
    } catch (error) {
      if (isConnectionError(error)) throw error;
      await client.query('ROLLBACK');
      throw failed(error, transaction);
    }
  }

  async #commit({ endLsn, commitTime }: SourceTransaction): Promise<void> {
    await this.#session.client.query(commitAt(this.#link, formatLsn(endLsn), formatMicros(commitTime)));
  }

  #windowOf(transaction: SourceTransaction): Lsn | undefined {
    return this.#inWindow(transaction) ? this.#window : undefined;
  }

  *#changesOf(transactions: SourceTransaction[]): Iterable<Change> {
    for (const { events, origin } of transactions) {
      for (const event of events) {
        if (event.kind === 'truncate' || event.kind === 'repair') throw new Anomaly();
        const routed = route(event, this.#ownership, origin);
        if (routed === 'careful') throw new Anomaly();
        if (routed !== 'nothing') yield routed;
      }
    }
  }

  async #runWaves(changes: Iterable<Change>, converging: boolean): Promise<void> {
    for (const wave of buildWaves(changes))
      for (const segment of wave) {
        if (converging) await this.#converge(segment);
        else await this.#runSegment(segment);
      }
  }

  /** After a copy: rows may be there already or not yet, so changes are upserts and nothing is counted. */
  async #converge({ table, kind, absent, rows }: Segment): Promise<void> {
    if (kind === 'delete') await this.#session.run(table, table.delete(), rows);
    else if (kind === 'insert' || (kind === 'update' && absent === '')) {
      await this.#session.run(table, table.update(''), rows);
      await this.#session.run(table, table.insertMissing(), rows);
    } else throw new Anomaly();
  }

  async #runSegment(segment: Segment): Promise<void> {
    const { table, kind, absent, rows } = segment;
    const { mixed } = this.#ownership;
    const expect = async (statement: Parameters<TargetSession['run']>[1], olds = segment.olds) => {
      const { rowCount } = await this.#session.run(table, statement, rows, olds);
      if (rowCount !== rows.length) throw new Anomaly();
    };
    switch (kind) {
      case 'insert':
        return await expect(table.insert());
      case 'update':
        return await expect(table.update(absent, { sameOwner: mixed && needsSameOwner(table) }), []);
      case 'rekey':
        return await expect(table.update(absent, { rekey: true }));
      case 'delete':
        return await expect(table.delete(ownedBySource({ table }, this.#ownership)));
      case 'guest': {
        if (segment.suspect) {
          const found = await this.#session.run(table, table.suspect(absent), rows);
          if (Number(found.rows[0].count) > 0) throw new Anomaly();
        }
        if (table.plan.guests.length > 0) await this.#session.run(table, table.guest(absent), rows);
      }
    }
  }
}

function needsSameOwner(table: BoundTable): boolean {
  return table.plan.owner !== undefined && !table.ownerInKey;
}

/** The set cannot be applied as a set; says nothing about whether its changes can be applied. */
class Anomaly extends Error {}

/** A transaction too large to hold in memory needs care: read it again from the source. */
export class Oversized extends Error {
  readonly finalLsn: Lsn;
  constructor(finalLsn: Lsn) {
    super('A large transaction has to be applied change by change');
    this.finalLsn = finalLsn;
  }
}

/** Integrity violations, data exceptions, "cannot affect row a second time". */
function isAnomaly(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return error instanceof Anomaly || /^(23|22|21)/.test(code);
}

/** Errors without an SQLSTATE come from the socket; 57P0x: the server ends; 40xxx: run again. */
export function isConnectionError(error: unknown): boolean {
  const ours = [Anomaly, ReplicationError, Oversized, TypeError, RangeError];
  if (ours.some((kind) => error instanceof kind)) return false;
  const code = errorCode(error) ?? '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P|40|53)/.test(code) || code === 'EPIPE';
}

function failed(error: unknown, transaction: SourceTransaction): unknown {
  if (error instanceof ReplicationError) return error;
  const { message, table, column, constraint, detail } = error as Record<string, string | undefined>;
  const facts = Object.fromEntries(
    Object.entries({ says: message, table, column, constraint, detail }).filter(([, fact]) => fact),
  );
  return new ReplicationError(
    'APPLY_FAILED',
    { ...facts, transaction: formatLsn(transaction.finalLsn) },
    error,
  );
}
