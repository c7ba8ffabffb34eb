import type { Lsn, RawInserts, Relation, Tuple, WalMessage } from '@banyan/postgres';
import { BoundTable } from '../apply/bound-table.ts';
import { isBanyan } from '../apply/route.ts';
import { checkRelation } from '../catalog/shape.ts';
import { knownShapes, type RememberedShapes } from '../catalog/shape-record.ts';
import { type ControlMessage, isControl, readControl } from '../control/control-message.ts';
import { CARRY_PREFIX } from '../guard/guard-function.ts';
import type { GuardKeys } from '../guard/guard-keys.ts';
import { isSibling, type LinkNames } from '../link/link-config.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { withinSet } from './rows-of-set.ts';
import { saysNothing } from './says-nothing.ts';
import type { RowEvent, SourceTransaction } from './transaction.ts';

/** A whole transaction, or part of one too large to hold. */
export type Item = { transaction: SourceTransaction; part: false | 'middle' | 'last' };

/**
 * Turns messages of the stream into transactions: drops what the link the other way has written and what was taken
 * in before, binds tables to their plans, cuts large transactions into parts.
 */
export class TransactionAssembler {
  readonly #names: LinkNames;
  readonly #plans: Map<string, TablePlan>;
  readonly #shapes: RememberedShapes;
  readonly #deliver: (item: Item) => void;
  readonly #service: string;
  readonly #partRows: number;
  readonly #keys: GuardKeys;
  readonly #awaitsMarker: (id: string) => boolean;
  readonly #messagePrefix: string | undefined;
  readonly #refuse: () => void;
  readonly #onHeartbeat: () => void;
  /** Of the transaction at hand. */
  #xid = 0;
  #relations = new Map<number, BoundTable | undefined>();
  #bound = new Map<string, { table: BoundTable; shape: string }>();
  #namedTables = new Map<string, BoundTable>();
  #current: SourceTransaction | undefined;
  /** Of the transaction: tables of whose next row the guard has said that it is to be carried. */
  #carried = new Map<string, ReadonlySet<string>>();
  /** Taken in before. */
  #old = false;
  /** Rows of it are not wanted. */
  #skip = false;
  #parts = false;
  /** Transactions that end here or before were delivered already. */
  #delivered: Lsn;

  constructor(options: {
    names: LinkNames;
    service: string;
    plans: Map<string, TablePlan>;
    shapes: RememberedShapes;
    from: Lsn;
    /** Rows of a transaction that are held at most. */
    partRows: number;
    keys: GuardKeys;
    /** Whether a barrier waits for this marker. */
    awaitsMarker: (id: string) => boolean;
    /** Of messages that are kept for the observer of rows. */
    messagePrefix: string | undefined;
    /** A message has Banyan's prefix and is not Banyan's. */
    onRefused: () => void;
    onHeartbeat: () => void;
    deliver: (item: Item) => void;
  }) {
    this.#names = options.names;
    this.#service = options.service;
    this.#plans = options.plans;
    this.#shapes = options.shapes;
    this.#delivered = options.from;
    this.#partRows = options.partRows;
    this.#keys = options.keys;
    this.#awaitsMarker = options.awaitsMarker;
    this.#messagePrefix = options.messagePrefix;
    this.#refuse = options.onRefused;
    this.#onHeartbeat = options.onHeartbeat;
    this.#deliver = options.deliver;
  }

  /** Whether parts of a transaction were delivered whose end has not come. */
  get midway(): boolean {
    return this.#parts;
  }

  get idle(): boolean {
    return this.#current === undefined;
  }

  /** Whether it takes newer keys to tell if a message is the guard's. */
  doubts(message: WalMessage): boolean {
    if (message.kind !== 'message' || message.prefix !== CARRY_PREFIX || this.#old) return false;
    const carry = readControl(message.prefix, message.content);
    if (carry?.kind !== 'carry' || carry.service !== this.#service) return false;
    return !this.#keys.accepts({ ...carry, xid: this.#xid });
  }

  take(message: WalMessage): void {
    switch (message.kind) {
      case 'raw inserts':
        this.#inserts(message);
        return;
      case 'insert':
        this.#row(message.relationId, 'insert', message.new, undefined, undefined);
        return;
      case 'update':
        this.#row(message.relationId, 'update', message.new, message.key, message.old);
        return;
      case 'delete':
        this.#row(message.relationId, 'delete', (message.old ?? message.key)!, undefined, message.old);
        return;
      case 'begin':
        this.#old = message.finalLsn < this.#delivered;
        this.#skip = this.#old;
        this.#xid = message.xid;
        this.#current = {
          finalLsn: message.finalLsn,
          endLsn: 0n,
          commitTime: message.commitTime,
          origin: undefined,
          message: undefined,
          events: [],
          markers: [],
          rows: 0,
          bytes: 0,
        };
        this.#carried.clear();
        return;
      case 'origin':
        this.#current!.origin = message.name;
        if (isSibling(this.#names, message.name)) this.#skip = true;
        return;
      case 'commit':
        this.#commit(message.endLsn);
        return;
      case 'relation':
        this.#relation(message);
        return;
      case 'truncate':
        if (!this.#skip)
          for (const id of message.relationIds) {
            const table = this.#relations.get(id);
            if (table) this.#current!.events.push({ kind: 'truncate', table });
          }
        return;
      case 'message':
        if (message.transactional && !this.#old) this.#message(message.prefix, message.content);
        return;
      case 'start':
        this.#current = undefined;
        this.#relations.clear();
        return;
    }
  }

  #inserts(inserts: RawInserts): void {
    const table = this.#skip ? undefined : this.#relations.get(inserts.relationId);
    if (!table) {
      inserts.release();
      return;
    }
    if (table.plan.set) {
      const rest = { kind: 'insert', table, old: undefined, full: false, carried: undefined } as const;
      for (const row of inserts.rows()) this.#add({ ...rest, row });
      inserts.release();
      return;
    }
    this.#current!.events.push({ kind: 'inserts', table, inserts });
    this.#count(inserts.count, inserts.size);
  }

  #row(
    relationId: number,
    kind: 'insert' | 'update' | 'delete',
    row: Tuple,
    key: Tuple | undefined,
    old: Tuple | undefined,
  ): void {
    if (this.#skip) return;
    const table = this.#relations.get(relationId);
    if (!table) return;
    const full = old !== undefined;
    if (full && kind === 'update')
      for (let index = 0; index < row.length; index++) if (row[index] === undefined) row[index] = old[index];
    const carried = this.#carried.get(table.sourceName);
    if (carried) this.#carried.delete(table.sourceName);
    this.#add({ kind, table, row, old: old ?? key, full, carried });
  }

  #add(change: RowEvent): void {
    const event = change.table.plan.set ? withinSet(change) : change;
    if (!event || saysNothing(event)) return;
    this.#current!.events.push(event);
    let bytes = 0;
    for (const value of event.row) if (typeof value === 'string') bytes += value.length;
    this.#count(1, bytes);
  }

  /** Hands over what has come of a transaction before it grows too large to hold. */
  #count(rows: number, bytes: number): void {
    const transaction = this.#current!;
    transaction.rows += rows;
    transaction.bytes += bytes;
    if (transaction.rows < this.#partRows && transaction.bytes < PART_BYTES) return;
    this.#parts = true;
    this.#deliver({ transaction: { ...transaction }, part: 'middle' });
    transaction.events = [];
    transaction.rows = 0;
    transaction.bytes = 0;
  }

  #commit(endLsn: Lsn): void {
    const transaction = this.#current!;
    this.#current = undefined;
    if (endLsn <= this.#delivered) return;
    this.#delivered = endLsn;
    transaction.endLsn = endLsn;
    this.#deliver({ transaction, part: this.#parts ? 'last' : false });
    this.#parts = false;
  }

  #relation(relation: Relation): void {
    const name = `${relation.schema}.${relation.table}`;
    const plan = this.#plans.get(name);
    if (!plan) {
      this.#relations.set(relation.id, undefined);
      return;
    }
    checkRelation(knownShapes(this.#shapes, name), relation, plan.inputs);
    const shape = JSON.stringify(relation.columns.map((column) => column.name));
    let bound = this.#bound.get(name);
    if (bound?.shape !== shape) {
      bound = { table: new BoundTable(plan, relation), shape };
      this.#bound.set(name, bound);
    }
    this.#relations.set(relation.id, bound.table);
  }

  #message(prefix: string, content: Buffer): void {
    if (prefix === this.#messagePrefix && content.length <= MESSAGE_BYTES)
      this.#current!.message = content.toString();
    if (!isControl(prefix)) return;
    const held = this.#current!.events.length;
    if (!this.#believe(readControl(prefix, content))) this.#refuse();
    // Whoever wrote it: what is held of a transaction stays bounded.
    if (this.#current!.events.length > held) this.#count(0, content.length);
  }

  /** Whether the message is Banyan's, as far as it shows by itself; a repair's token is looked at when it is applied. */
  #believe(message: ControlMessage | undefined): boolean {
    const transaction = this.#current!;
    if (!message) return false;
    switch (message.kind) {
      case 'heartbeat':
        this.#onHeartbeat();
        return true;
      case 'marker':
        // Anybody may write one; they are not gathered, and no batch ends for them.
        if (this.#awaitsMarker(message.id)) transaction.markers.push(message.id);
        return true;
      case 'carry':
        if (message.service !== this.#service) return true;
        if (!this.#keys.accepts({ ...message, xid: this.#xid })) return false;
        this.#carried.set(message.table, new Set(message.columns));
        return true;
      case 'repair': {
        if (`${message.service}.${message.direction}` !== this.#names.link) return true;
        const { rows, carried, share, ticket: token } = message;
        const table = this.#namedTable(message.table);
        if (!table) return true;
        const columns = carried && new Set(carried);
        transaction.events.push({ kind: 'repair', table, rows, carried: columns, share, token });
        return true;
      }
      case 'announced': {
        const { origin } = transaction;
        // Nobody but Banyan may write under an origin.
        if (!isBanyan(origin)) return false;
        const table = isSibling(this.#names, origin!) ? this.#namedTable(message.table) : undefined;
        if (!table || table.plan.announced.length === 0) return true;
        const rows = message.rows.map((row) => [...table.columnNames].map((name) => row[name]));
        transaction.events.push({ kind: 'announced', table, rows });
        return true;
      }
    }
  }

  /** Rows of messages come by name; they are bound to the columns the mapping reads. */
  #namedTable(name: string): BoundTable | undefined {
    const plan = this.#plans.get(name);
    let table = this.#namedTables.get(name);
    if (plan && !table) {
      const columns = plan.inputs.map((input) => ({ name: input, typeId: 0, typeModifier: -1, key: false }));
      table = new BoundTable(plan, { columns });
      this.#namedTables.set(name, table);
    }
    return table;
  }
}

/** Anybody may write messages, of any size; a longer one is no message to an observer. */
const MESSAGE_BYTES = 64 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
