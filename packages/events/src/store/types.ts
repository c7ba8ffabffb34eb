import type pg from 'pg';

/** An event of a domain: what deciders decide and evolve by. */
export type DomainEvent = { type: string; data: object };

/** An event that is to be appended. */
export type NewEvent<E extends DomainEvent = DomainEvent> = E & {
  /** Default: a new UUID. Not checked for uniqueness. */
  id?: string;
  /** Whom it is about, e.g. a user's id. Default: the append's. Needed if there are personal fields. */
  subject?: string;
  /** Top-level fields of `data` to encrypt with the subject's key, besides those that the type's schema marks personal. */
  personal?: readonly string[];
};

/** An event as it was recorded, its data brought to the newest version of its type. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  /** In the order of the whole store. Has holes. */
  position: number;
  stream: string;
  /** In its stream: 1, 2, 3... */
  version: number;
  id: string;
  /** RFC 3339, UTC, microseconds: the database's clock when it was appended. */
  at: string;
  actor?: string;
  subject?: string;
  correlationId: string;
  causationId?: string;
  metadata?: Record<string, unknown>;
  /** Fields of `data` that are encrypted in the store. */
  personal?: readonly string[];
  /** Those of them whose key is gone; `data` holds `FORGOTTEN` in their place. */
  forgotten?: string[];
};

type ExpectedVersion = number | 'none' | 'any';

export type AppendOptions = {
  /** The version that the stream must be at: a number, `none` (no event yet, the same as 0), or `any`. */
  expectedVersion: ExpectedVersion;
  /** The caller's transaction (READ COMMITTED or stricter). Default: one of its own. */
  tx?: pg.ClientBase;
  /** Who did it. */
  actor?: string;
  /** Whom it is about, for each event that does not say so itself. */
  subject?: string;
  /** What all messages of one business transaction share. Default: each event's own id. */
  correlationId?: string;
  /** Id of the message that led to this. */
  causationId?: string;
  /** Anything else worth keeping, the same for each event. */
  metadata?: Record<string, unknown>;
  /** Also writes the events into the outbox, in the same transaction. Default false. */
  publish?: boolean;
};

export type Appended = {
  /** The stream's version now. */
  version: number;
  /** Of the last event: what to wait for to read one's own write from a projection. */
  position: number;
};

/** What the store knows of a type: a contract's event fits. */
export type StoredType = {
  version: number;
  /** JSON schema (TypeBox); properties with `personal: true` are encrypted. */
  data?: object;
  upcasters?: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>;
};

export type StreamRange = {
  /** First version, inclusive. Default 1. */
  from?: number;
  /** Last version, inclusive. Default: the newest. */
  to?: number;
  /** Read in this transaction, so that its own appends are seen. */
  tx?: pg.ClientBase;
};

export type AuditFilter = {
  stream?: string;
  subject?: string;
  actor?: string;
  correlationId?: string;
  /** RFC 3339, inclusive. */
  from?: string;
  /** RFC 3339, exclusive. */
  until?: string;
  /** Only after this position: for the next page. */
  after?: number;
  /** Default 1000. */
  limit?: number;
};

/** What stands in place of a personal field whose key is gone. */
export const FORGOTTEN = '[forgotten]';
