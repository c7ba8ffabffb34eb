import { setTimeout as delay } from 'node:timers/promises';
import { formatLsn, formatMicros, type Lsn } from '@banyan/postgres';
import type { Shares } from '../link/shares.ts';
import type { AnnouncedEvent, InsertsEvent, RowEvent, SourceTransaction } from '../stream/transaction.ts';
import {
  Anomaly,
  type Final,
  failed,
  isAnomaly,
  isConnectionError,
  isFinal,
  isLockedOut,
  Oversized,
} from './apply-errors.ts';
import { ConflictLog } from './conflict-log.ts';
import { recycle } from './copy-encoding.ts';
import { LevelBuilder } from './dependency-levels.ts';
import { type Route, route } from './route.ts';
import { RowByRowApplier } from './row-by-row.ts';
import { isObserved, observed, type RowObserver, SeenRows } from './row-images.ts';
import { sendCopy } from './send-copy.ts';
import { converge, parentSteps, type Step, strict } from './steps.ts';
import { DURABLE, positionAt, type TargetSession, UNTIL_UNLOCKED } from './target-session.ts';

/**
 * Applies source transactions in their order. Many are committed together, as sets of rows; whatever does not go
 * smoothly (a missing row, a violated constraint) rolls the set back and is halved down to the one transaction that
 * is then applied change by change.
 */
export class Applier {
  readonly #session: TargetSession;
  readonly #link: string;
  readonly #shares: Shares;
  readonly #rowByRow: RowByRowApplier;
  readonly #log: ConflictLog;
  /** Until here changes are upserts, because copied rows may be newer. */
  readonly #window: Lsn;
  readonly #observer: RowObserver | undefined;
  readonly #routes: Route[] = [];
  #open: { finalLsn: Lsn; rowByRow: boolean } | undefined;

  constructor(session: TargetSession, link: string, shares: Shares, window: Lsn, observer?: RowObserver) {
    this.#observer = observer;
    this.#session = session;
    this.#link = link;
    this.#shares = shares;
    this.#log = new ConflictLog(session, link);
    this.#rowByRow = new RowByRowApplier(session, this.#log, shares);
    this.#window = window;
  }

  /** Conflicts recorded since the last call. */
  takeConflicts(): number {
    return this.#log.take('conflicts');
  }

  /** Repairs asked for since the last call. */
  takeRepairs(): number {
    return this.#log.take('repairs');
  }

  /** Messages that were not believed since the last call. */
  takeRefused(): number {
    return this.#log.take('refused');
  }

  /** Arranges and encodes whole transactions, so that `apply` has only to send them. Touches nothing. */
  prepare(transactions: SourceTransaction[]): Prepared {
    const runs: Run[] = [];
    let builder: LevelBuilder | undefined;
    let seen = new SeenRows(this.#observer);
    const finish = () => {
      const run = runs.at(-1);
      if (builder && run) run.steps = this.#stepsOf(builder, run.transactions[0]!);
      builder = undefined;
    };
    for (const transaction of transactions) {
      const routes = this.#routesOf(transaction);
      const last = runs.at(-1);
      const alike = routes && builder && this.#alike(last!.transactions[0]!, transaction);
      if (alike && this.#canShow(seen, transaction)) last!.transactions.push(transaction);
      else {
        finish();
        runs.push({ transactions: [transaction], steps: undefined });
        seen = new SeenRows(this.#observer);
        this.#canShow(seen, transaction);
        if (routes) builder = new LevelBuilder();
      }
      if (routes && builder) addTo(builder, transaction, routes);
    }
    finish();
    return { transactions, version: this.#shares.version, runs };
  }

  /**
   * Applies and commits whole transactions. With `durable` they are on the target's disk when it returns, and so is
   * everything before; without, a crash of the target may undo all of them, positions included.
   */
  async apply(prepared: Prepared, durable: boolean): Promise<void> {
    const current =
      prepared.version === this.#shares.version ? prepared : this.prepare(prepared.transactions);
    const last = current.runs.length - 1;
    for (const [index, { transactions, steps }] of current.runs.entries()) {
      // The last one takes all before it along to the disk.
      if (steps) await this.#applyTogether(transactions, steps, durable && index === last);
      else await this.#applyRowByRow(transactions[0]!);
    }
  }

  /**
   * Applies part of a transaction that is too large to hold, inside one open transaction of the target; the last
   * part commits it. Throws `Oversized` if it has to be done change by change: start over, with `rowByRow`.
   */
  async applyPart(part: SourceTransaction, last: boolean, rowByRow: boolean): Promise<void> {
    try {
      if (!this.#open) {
        await this.#session.client.query(`BEGIN; ${UNTIL_UNLOCKED}`);
        this.#open = { finalLsn: part.finalLsn, rowByRow };
      }
      await this.#observe([part], async () => {
        if (rowByRow) await this.#rowByRow.apply(part, this.#windowOf(part));
        else await this.#runSteps(this.#stepsOfPart(part));
      });
      if (!last) return;
      await this.#commit(part, true);
      this.#open = undefined;
    } catch (error) {
      this.#open = undefined;
      if (isConnectionError(error)) throw error;
      await this.#session.client.rollBack();
      if (rowByRow || !isAnomaly(error)) throw failed(error, part);
      throw new Oversized(part.finalLsn);
    }
  }

  /** What becomes of each change; undefined if the transaction needs care. Reused by the next call. */
  #routesOf({ events, origin, finalLsn }: SourceTransaction): Route[] | undefined {
    const routes = this.#routes;
    const ownership = this.#shares.at(finalLsn);
    routes.length = 0;
    for (const event of events) {
      if (event.kind === 'truncate' || event.kind === 'repair') return undefined;
      const routed = event.kind === 'announced' ? 'announced' : route(event, ownership, origin);
      if (routed === 'row by row') return undefined;
      routes.push(routed);
    }
    return routes;
  }

  /** Whether the observer could be shown what it makes of its rows if it is applied together with those seen before. */
  #canShow(seen: SeenRows, transaction: SourceTransaction): boolean {
    return this.#inWindow(transaction) || seen.add(transaction);
  }

  #stepsOf(builder: LevelBuilder, first: SourceTransaction): Step[] | Anomaly | Final {
    const converging = this.#inWindow(first);
    const ownership = this.#shares.at(first.finalLsn);
    try {
      const segments = builder.finish();
      if (converging) return segments.flatMap((segment) => converge(segment));
      // What is inserted waits for its parents before the batch holds anything that their deletion may wait for.
      const parents = segments.filter(({ kind }) => kind === 'insert').flatMap(parentSteps);
      return [...parents, ...segments.flatMap((segment) => strict(segment, ownership))];
    } catch (error) {
      // Known too early: what comes before is not applied yet.
      if (error instanceof Anomaly || isFinal(error)) return error;
      throw error;
    }
  }

  #stepsOfPart(part: SourceTransaction): Step[] | Anomaly | Final {
    const routes = this.#routesOf(part);
    if (!routes) return new Anomaly();
    const builder = new LevelBuilder();
    addTo(builder, part, routes);
    return this.#stepsOf(builder, part);
  }

  #inWindow(transaction: SourceTransaction): boolean {
    return transaction.finalLsn < this.#window;
  }

  #alike(a: SourceTransaction, b: SourceTransaction): boolean {
    if (this.#inWindow(a) !== this.#inWindow(b)) return false;
    return this.#shares.at(a.finalLsn) === this.#shares.at(b.finalLsn);
  }

  async #applyTogether(
    transactions: SourceTransaction[],
    steps: Step[] | Anomaly | Final,
    durable: boolean,
  ): Promise<void> {
    const last = transactions.at(-1)!;
    const { client } = this.#session;
    try {
      // COPY takes it along and saves a round trip.
      const looksFirst = transactions.some((each) => this.#isObserved(each));
      const copies = !looksFirst && Array.isArray(steps) && steps[0]?.copy !== undefined;
      // With the first step, or with the COMMIT where there is none: each message less is a round trip and two wake-ups less.
      if (!copies) client.beginLater('BEGIN');
      await this.#observe(transactions, () => this.#runSteps(steps, copies ? 'BEGIN; ' : ''));
      await this.#commit(last, durable);
    } catch (error) {
      if (isConnectionError(error) && !isLockedOut(error)) throw error;
      await client.rollBack();
      if (transactions.length === 1) {
        if (isLockedOut(error)) return await this.#applyAgain(last, durable);
        if (!isAnomaly(error)) throw failed(error, last);
        return await this.#applyRowByRow(last);
      }
      const half = transactions.length >> 1;
      await this.apply(this.prepare(transactions.slice(0, half)), durable);
      await this.apply(this.prepare(transactions.slice(half)), durable);
    }
  }

  async #applyRowByRow(transaction: SourceTransaction): Promise<void> {
    const { client } = this.#session;
    try {
      await client.query('BEGIN');
      await this.#observe([transaction], () =>
        this.#rowByRow.apply(transaction, this.#windowOf(transaction)),
      );
      await this.#commit(transaction, true);
    } catch (error) {
      if (isConnectionError(error) && !isLockedOut(error)) throw error;
      await client.query('ROLLBACK');
      if (isLockedOut(error)) return await this.#applyAgain(transaction, true);
      throw failed(error, transaction);
    }
  }

  /** Whoever holds its rows goes first: they may wait for what it has just let go of. */
  async #applyAgain(transaction: SourceTransaction, durable: boolean): Promise<void> {
    await delay(LOCKED_OUT_MS);
    await this.apply(this.prepare([transaction]), durable);
  }

  async #commit({ endLsn, commitTime }: SourceTransaction, durable: boolean): Promise<void> {
    const { client } = this.#session;
    if (durable) client.hold(DURABLE);
    client.hold(positionAt(this.#link, formatLsn(endLsn), formatMicros(commitTime)));
    await client.commit();
  }

  /** Rows that were copied are there already: what is applied until the copy's end is passed tells nothing. */
  #isObserved(transaction: SourceTransaction): boolean {
    return isObserved(this.#observer, transaction) && !this.#inWindow(transaction);
  }

  async #observe(transactions: readonly SourceTransaction[], apply: () => Promise<void>): Promise<void> {
    const shown = transactions.filter((each) => this.#isObserved(each));
    if (shown.length === 0) return await apply();
    await observed(this.#session, this.#observer!, shown, apply);
  }

  #windowOf(transaction: SourceTransaction): Lsn | undefined {
    return this.#inWindow(transaction) ? this.#window : undefined;
  }

  /** `before`: what the first step's command, a COPY, begins with. */
  async #runSteps(steps: Step[] | Anomaly | Final, before = ''): Promise<void> {
    if (!Array.isArray(steps)) throw steps;
    for (const each of steps) {
      if (each.copy !== undefined) {
        const text = each === steps[0] ? before + each.copy : each.copy;
        const count = await sendCopy(this.#session.client, text, each.frames);
        // Only the answer to all of them says that they are sent: after an error they may not be, and are not recycled.
        recycle(each.frames);
        if (count !== each.expect) throw new Anomaly();
        continue;
      }
      const { query, expect } = each;
      // Nobody looks at what it says, so it goes with the next one, at the latest with COMMIT.
      if (expect === undefined) {
        this.#session.client.hold(query);
        continue;
      }
      const { rowCount, rows } = await this.#session.client.query(query);
      if (expect === 'none' ? Number(rows[0].count) > 0 : rowCount !== expect) throw new Anomaly();
    }
  }
}

/** Transactions ready to be sent, by what was known of the shares. */
export type Prepared = { transactions: SourceTransaction[]; version: number; runs: Run[] };

/** Longest runs that can be applied together; a transaction that needs care stands alone, without steps. */
type Run = { transactions: SourceTransaction[]; steps: Step[] | Anomaly | Final | undefined };

/** How long others have the rows before they are asked for again, ms. */
const LOCKED_OUT_MS = 20;

function addTo(builder: LevelBuilder, { events }: SourceTransaction, routes: Route[]): void {
  for (let index = 0; index < events.length; index++) {
    const routed = routes[index]!;
    if (routed === 'nothing' || routed === 'row by row') continue;
    const event = events[index] as RowEvent | InsertsEvent | AnnouncedEvent;
    if (event.kind === 'announced') {
      for (const row of event.rows) builder.add('announced', event.table, row, undefined, false);
      continue;
    }
    if (event.kind === 'inserts') {
      builder.insert(event.table, event.inserts);
      continue;
    }
    const { table, row, old } = event;
    if (routed === 'compare') builder.add('forwardOnly', table, row, undefined, true);
    else builder.add(routed, table, row, old, false);
  }
}
