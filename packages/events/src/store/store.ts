import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { applySchema, type Db, type Queryable, withTransaction } from '@banyan/postgres';
import { inSpan, traceCarrier } from '@banyan/service';
import type pg from 'pg';
import type { Contracts } from '../contracts.ts';
import { applyProjectionSchema } from '../projection/builds.ts';
import type { Projection } from '../projection/define.ts';
import { applyInline } from '../projection/inline.ts';
import { type AppendedRows, appendRows, type EventRow, headOf } from './append.ts';
import { Appender } from './appender.ts';
import { auditQuery } from './audit.ts';
import { EventStoreError } from './errors.ts';
import { EventTypes } from './event-types.ts';
import { type MasterKeys, SubjectKeys } from './keys.ts';
import { encryptPersonal } from './personal.ts';
import { EVENT_COLUMNS, queryEvents, toRfc3339 } from './read.ts';
import { SettledPosition } from './settled-position.ts';
import { loadSnapshot, type Snapshot, type SnapshotKey, saveSnapshot } from './snapshots.ts';
import type {
  Appended,
  AppendOptions,
  AuditFilter,
  DomainEvent,
  NewEvent,
  RecordedEvent,
  StoredType,
  StreamRange,
} from './types.ts';

export type EventStoreOptions = {
  pool: Db;
  /** Their events are validated when appended, brought to the newest version when read, and may be published. */
  contracts?: Contracts;
  /** The same for types that nobody else wants to know of. */
  types?: Readonly<Record<string, StoredType>>;
  /** Needed as soon as an event has personal fields. */
  masterKeys?: MasterKeys;
  /** Writes facts into the outbox, in the transaction that it is given. Needed for `publish: true`. */
  publish?: (tx: pg.ClientBase, events: readonly RecordedEvent[]) => Promise<void>;
  /** Read models written in the transaction of each append. Give them to the projector too, which builds them. */
  inline?: readonly Projection[];
};

type ReadAllOptions = {
  /** Only events after this position. Default 0: from the first. */
  after?: number;
  /** Events at most. Default 1000. */
  limit?: number;
  /** Default: all. */
  types?: readonly string[];
};

export interface EventStore {
  /**
   * Appends events to a stream, all or none, in one round trip (two if there are personal fields). Throws
   * `VERSION_CONFLICT` with `details.actual`; a READ COMMITTED transaction that was handed in is still usable then.
   */
  append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<Appended>;
  /** The stream's events by version; none if there is no such stream. */
  readStream<E extends DomainEvent = DomainEvent>(
    stream: string,
    range?: StreamRange,
  ): Promise<RecordedEvent<E>[]>;
  /** 0 if there is no such stream. */
  versionOf(stream: string): Promise<number>;
  /**
   * The next events of all streams in the order of the store. None is ever skipped: it stops short of a position that an
   * open transaction may still fill. Go on with `after: next`.
   */
  readAll(options?: ReadAllOptions): Promise<{ events: RecordedEvent[]; next: number }>;
  /** Who did what: by stream, subject, actor, correlation and time, oldest first. */
  audit(filter: AuditFilter): Promise<RecordedEvent[]>;
  /**
   * Deletes the subject's key and snapshots: from the commit on nobody can read their personal fields. Appends
   * `SubjectForgotten { subject }` to the stream `subject-<subject>`, by which projections delete what they hold.
   * False if there was no key.
   */
  forget(subject: string, options?: { actor?: string; tx?: pg.PoolClient }): Promise<boolean>;
  /** Wraps all keys with the current master key. Returns how many were changed. */
  rewrapKeys(): Promise<number>;
  readonly snapshots: {
    load(key: SnapshotKey, notAfter?: number): Promise<Snapshot | undefined>;
    save(key: SnapshotKey, snapshot: Snapshot): Promise<void>;
  };
  /** For tailers: how far the order is settled. */
  readonly settledPosition: SettledPosition;
  /** The version of a stream at a time (RFC 3339). */
  versionAt(stream: string, at: string): Promise<number>;
  /** Settled events of (after, upTo], which the caller knows to be settled. */
  readSettled(range: {
    after: number;
    upTo: number;
    limit: number;
    types?: readonly string[];
    tx?: pg.ClientBase;
  }): Promise<RecordedEvent[]>;
}

/** The type that `forget` appends. */
const SUBJECT_FORGOTTEN = 'SubjectForgotten';

/** An event store in the schema `banyan_events` of the pool's database, which it brings up to date first. */
export async function createEventStore(options: EventStoreOptions): Promise<EventStore> {
  await applyStoreSchema(options.pool);
  if (options.inline?.length) await applyProjectionSchema(options.pool);
  return new PostgresEventStore(options);
}

/** Makes the store's tables. */
export async function applyStoreSchema(pool: Db | pg.PoolClient): Promise<void> {
  await applySchema(pool, { name: 'banyan_events.store', sql: SCHEMA });
}

const SCHEMA = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');

class PostgresEventStore implements EventStore {
  readonly settledPosition: SettledPosition;
  readonly #options: EventStoreOptions;
  readonly #pool: Db;
  readonly #types: EventTypes;
  readonly #keys: SubjectKeys;
  readonly #appender: Appender;

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.#pool = options.pool;
    this.#types = new EventTypes({ ...options.types, ...options.contracts?.events });
    this.#keys = new SubjectKeys(options.masterKeys);
    this.#appender = new Appender(options.pool);
    this.settledPosition = new SettledPosition(options.pool);
  }

  async append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<Appended> {
    const { tx, publish = false } = options;
    if (events.length === 0) throw new TypeError('Nothing to append');
    if (publish) this.#checkPublishable(events);
    const rows = events.map((event) => this.#toRow(event, options));
    const traced = withTrace(options);
    await encryptPersonal(tx ?? this.#pool, this.#keys, rows);
    const plain = !publish && !this.#options.inline?.length;
    const attributes = { 'banyan.stream': stream };
    const { version, positions } = await inSpan('append', { attributes }, async () => {
      if (plain) return await this.#appendOnly(stream, rows, traced);
      const withEffects = async (db: pg.ClientBase) =>
        await this.#appendWithEffects(db, stream, events, rows, traced);
      return tx ? await withEffects(tx) : await withTransaction(this.#pool, withEffects);
    });
    return { version, position: positions.at(-1)! };
  }

  async readStream<E extends DomainEvent>(
    stream: string,
    range: StreamRange = {},
  ): Promise<RecordedEvent<E>[]> {
    const { from = 1, to = MAX_VERSION, tx } = range;
    return (await this.#query(tx ?? this.#pool, {
      name: 'banyan_events_stream',
      text: `SELECT ${EVENT_COLUMNS} FROM banyan_events.events WHERE stream = $1 AND version BETWEEN $2 AND $3 ORDER BY version`,
      values: [stream, from, to],
    })) as RecordedEvent<E>[];
  }

  async versionOf(stream: string): Promise<number> {
    return await headOf(this.#pool, stream);
  }

  async versionAt(stream: string, at: string): Promise<number> {
    const { rows } = await this.#pool.query<{ version: number }>(
      `SELECT coalesce((SELECT min(version) - 1 FROM banyan_events.events WHERE stream = $1 AND at > $2),
                       (SELECT max(version) FROM banyan_events.events WHERE stream = $1), 0) AS version`,
      [stream, at],
    );
    return rows[0]!.version;
  }

  async readAll({ after = 0, limit = 1000, types }: ReadAllOptions = {}) {
    if (this.settledPosition.settled <= after) await this.settledPosition.advance();
    const upTo = this.settledPosition.settled;
    if (upTo <= after) return { events: [], next: after };
    const events = await this.readSettled({ after, upTo, limit, types });
    // Fewer than asked for: there are no more of these types up to the settled position.
    return { events, next: events.length < limit ? upTo : events.at(-1)!.position };
  }

  async readSettled({ after, upTo, limit, types, tx }: Parameters<EventStore['readSettled']>[0]) {
    return await this.#query(tx ?? this.#pool, {
      name: types ? 'banyan_events_all_of' : 'banyan_events_all',
      text: `SELECT ${EVENT_COLUMNS} FROM banyan_events.events
             WHERE position > $1 AND position <= $2 ${types ? 'AND type = ANY($4)' : ''} ORDER BY position LIMIT $3`,
      values: [after, upTo, limit, ...(types ? [types] : [])],
    });
  }

  async audit(filter: AuditFilter): Promise<RecordedEvent[]> {
    return await this.#query(this.#pool, auditQuery(filter));
  }

  async forget(
    subject: string,
    { actor, tx }: { actor?: string; tx?: pg.PoolClient } = {},
  ): Promise<boolean> {
    return await withTransaction(tx ?? this.#pool, async (client) => {
      const gone = await client.query('DELETE FROM banyan_events.subject_keys WHERE subject = $1', [subject]);
      if (gone.rowCount === 0) return false;
      // After the key: a snapshot that was being saved has locked it, so it is there to be deleted by now.
      await client.query(
        "DELETE FROM banyan_events.snapshots WHERE subjects @> ARRAY[$1] AND subjects <> '{}'",
        [subject],
      );
      const event = { type: SUBJECT_FORGOTTEN, data: { subject }, subject };
      await this.append(`subject-${subject}`, [event], { expectedVersion: 'any', actor, tx: client });
      return true;
    });
  }

  async rewrapKeys(): Promise<number> {
    return await this.#keys.rewrap(this.#pool);
  }

  readonly snapshots = {
    load: async (key: SnapshotKey, notAfter?: number) => await loadSnapshot(this.#pool, key, notAfter),
    save: async (key: SnapshotKey, snapshot: Snapshot) => await saveSnapshot(this.#pool, key, snapshot),
  };

  async #query(
    db: Queryable,
    query: { name?: string; text: string; values: unknown[] },
  ): Promise<RecordedEvent[]> {
    return await queryEvents(db, { types: this.#types, keys: this.#keys }, query);
  }

  async #appendOnly(stream: string, rows: readonly EventRow[], options: AppendOptions) {
    const { tx, expectedVersion } = options;
    if (tx || rows.length > 1 || expectedVersion === 'any') {
      return await appendRows(tx ?? this.#pool, stream, rows, options);
    }
    const expected = expectedVersion === 'none' ? 0 : expectedVersion;
    return await this.#appender.append({ stream, row: rows[0]!, expected, options });
  }

  async #appendWithEffects(
    tx: pg.ClientBase,
    stream: string,
    events: readonly NewEvent[],
    rows: readonly EventRow[],
    options: AppendOptions,
  ) {
    const appended = await appendRows(tx, stream, rows, options);
    const recorded = events.map((event, index) => toRecorded(stream, event, rows, appended, options, index));
    await applyInline(tx, this.#options.inline ?? [], recorded);
    if (options.publish) await this.#options.publish!(tx, recorded);
    return appended;
  }

  #toRow(event: NewEvent, options: AppendOptions): EventRow {
    const { type, data } = event;
    this.#types.validate(type, data);
    const marked = [...this.#types.personalOf(type), ...(event.personal ?? [])];
    const personal = [...new Set(marked)].filter(
      (field) => (data as Record<string, unknown>)[field] !== undefined,
    );
    const subject = event.subject ?? options.subject ?? null;
    if (personal.length > 0 && subject === null)
      throw new EventStoreError('SUBJECT_MISSING', { type, personal });
    return {
      id: event.id ?? randomUUID(),
      type,
      typeVersion: this.#types.versionOf(type),
      subject,
      personal: personal.length > 0 ? personal : null,
      data: data as Record<string, unknown>,
    };
  }

  #checkPublishable(events: readonly NewEvent[]): void {
    if (!this.#options.publish) throw new EventStoreError('PUBLISH_MISSING');
    for (const { type } of events) {
      if (!this.#options.contracts?.events[type]) throw new EventStoreError('NOT_A_FACT', { type });
    }
  }
}

const MAX_VERSION = 2_147_483_647;

function withTrace(options: AppendOptions): AppendOptions {
  const { traceparent, tracestate } = traceCarrier();
  if (traceparent === undefined) return options;
  return { ...options, metadata: { ...options.metadata, traceparent, ...(tracestate && { tracestate }) } };
}

/** What a reader will get, without asking for it: the data as JSON keeps it. */
function toRecorded(
  stream: string,
  { type, data }: NewEvent,
  rows: readonly EventRow[],
  { version, positions, at }: AppendedRows,
  { actor, correlationId, causationId, metadata }: AppendOptions,
  index: number,
): RecordedEvent {
  const { id, subject, personal } = rows[index]!;
  return {
    position: positions[index]!,
    stream,
    version: version - rows.length + 1 + index,
    id,
    type,
    at: toRfc3339(at),
    correlationId: correlationId ?? id,
    data: JSON.parse(JSON.stringify(data)),
    ...(actor !== undefined && { actor }),
    ...(subject !== null && { subject }),
    ...(causationId !== undefined && { causationId }),
    ...(metadata !== undefined && { metadata }),
    ...(personal !== null && { personal }),
  };
}
