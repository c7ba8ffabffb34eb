import { randomUUID } from 'node:crypto';
import { applySchemaFile, type Db, type Queryable, runWithNext } from '@banyan/postgres';
import { currentCohort, inSpan, SpanKind, traceCarrier } from '@banyan/service';
import type pg from 'pg';
import type { Contracts, DataOf } from '../contracts.ts';
import type { Envelope } from '../envelope.ts';
import { EventsError } from '../errors.ts';
import type { Messages } from '../messages.ts';
import { unstorable } from '../storable.ts';

export type PublishOptions = {
  /** What all messages of one business transaction share. Default: the id of this message, which then is its first. */
  correlationId?: string;
  /** Id of the message that led to this one. */
  causationId?: string;
  /** Who did it. */
  actor?: string;
  /** Why. */
  reason?: string;
  /** When it happened. Default: now. */
  time?: Date;
};

/**
 * Writes an event into the outbox: it goes out if `tx` commits, and never if it does not. In a transaction of `withTransaction`
 * the row is sent with the next statement, at the latest with COMMIT.
 */
export type Publish<C extends Contracts> = <T extends keyof C['events'] & string>(
  tx: Queryable,
  type: T,
  data: DataOf<C['events'][T]>,
  options?: PublishOptions,
) => Promise<Envelope>;

/** As `Publish`, of a command to the service that handles it. */
export type Send<C extends Contracts> = <T extends keyof C['commands'] & string>(
  tx: Queryable,
  type: T,
  data: DataOf<C['commands'][T]>,
  options?: PublishOptions,
) => Promise<Envelope>;

/**
 * What a service says to others; `onWrite` hears of each message that is in the outbox if its transaction commits. Throws `TYPE_UNKNOWN`, `NOT_OURS`, `DATA_INVALID`, `KEY_INVALID`, `DATA_TOO_LARGE` before anything is
 * written, so the caller's transaction stays usable.
 */
export function createPublisher<C extends Contracts>(
  messages: Messages,
  service: string,
  { now = () => new Date(), onWrite = () => {} }: { now?(): Date; onWrite?(): void } = {},
): {
  publish: Publish<C>;
  send: Send<C>;
  /** A command that several services handle, to one of them. */
  sendTo(
    tx: Queryable,
    recipient: string,
    type: keyof C['commands'] & string,
    data: Record<string, unknown>,
  ): Promise<Envelope>;
  publishAll(tx: Queryable, all: readonly Stated[]): Promise<void>;
} {
  const write = async (tx: Queryable, kind: 'event' | 'command', stated: Stated): Promise<Envelope> => {
    const checked = check(messages, service, kind, stated);
    return await inSpan(`publish ${stated.type}`, { kind: SpanKind.PRODUCER }, async () => {
      const { envelope, text } = envelopeOf(checked, now());
      await runWithNext(tx, {
        name: 'banyan_outbox',
        text: 'INSERT INTO banyan_events.outbox (message) VALUES ($1)',
        values: [text],
      });
      onWrite();
      return envelope;
    });
  };
  return {
    publish: (tx, type, data, options = {}) => write(tx, 'event', { type, data, options }),
    send: (tx, type, data, options = {}) => write(tx, 'command', { type, data, options }),
    sendTo: (tx, recipient, type, data) => write(tx, 'command', { type, data, options: { recipient } }),
    async publishAll(tx, all) {
      const texts = all.map((stated) => envelopeOf(check(messages, service, 'event', stated), now()).text);
      if (texts.length === 0) return;
      // Rows are numbered in the order in which they come.
      await tx.query({
        name: 'banyan_outbox_all',
        text: 'INSERT INTO banyan_events.outbox (message) SELECT unnest($1::jsonb[])',
        values: [texts],
      });
      onWrite();
    },
  };
}

/** A message as somebody states it. */
export type Stated = { type: string; data: Record<string, unknown>; options: StatedOptions };

/** `recipient`: the one group that is to get it, all others pass over it. */
type StatedOptions = PublishOptions & { recipient?: string };

type Checked = Stated & { kind: Envelope['kind']; source: string; subject: string; version: number };

function check(messages: Messages, service: string, kind: Envelope['kind'], stated: Stated): Checked {
  const { type, data } = stated;
  const { key, version, service: owner } = messages.contract(type, kind);
  if (kind === 'event' && owner !== service) throw new EventsError('NOT_OURS', { type, owner, service });
  messages.check(type, data);
  const subject = subjectOf(type, key, data);
  return { ...stated, kind, source: `/${messages.system}/${service}`, subject, version };
}

/** In the trace and for the cohort of whoever publishes it now. */
function envelopeOf(
  { kind, source, type, subject, version, data, options }: Checked,
  now: Date,
): { envelope: Envelope; text: string } {
  const { correlationId, causationId, actor, reason, recipient, time = now } = options;
  const { traceparent, tracestate } = traceCarrier();
  const cohort = currentCohort();
  const id = randomUUID();
  const envelope: Envelope = {
    specversion: '1.0',
    id,
    source,
    type,
    time: time.toISOString(),
    subject,
    datacontenttype: 'application/json',
    dataversion: version,
    kind,
    correlationid: correlationId ?? id,
    ...(causationId === undefined ? {} : { causationid: causationId }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
    ...(cohort === undefined ? {} : { cohort }),
    data,
  };
  const problem = unstorable(envelope);
  if (problem !== undefined) throw new EventsError('DATA_INVALID', { type, problems: problem });
  const text = JSON.stringify(envelope);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) throw new EventsError('DATA_TOO_LARGE', { type, bytes, limit: MAX_BYTES });
  return { envelope, text };
}

/** Messages without a key of their own would all be in one line. */
function subjectOf(type: string, key: string, data: Record<string, unknown>): string {
  const value = data[key];
  const good = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (!good) throw new EventsError('KEY_INVALID', { type, key });
  return String(value);
}

/** Makes the tables of outbox and relay. */
export async function applyOutboxSchema(pool: Db | pg.PoolClient): Promise<void> {
  await applySchemaFile(pool, { name: 'banyan_events.outbox', file: new URL('schema.sql', import.meta.url) });
}

/** The smallest limit among the buses is 256 KiB (EventBridge); a message that cannot get out would hold up all others. */
const MAX_BYTES = 240 * 1024;
