import { type Leased, type LeasedRows, leasedRows } from '@banyan/service';
import type pg from 'pg';
import type { Channel, DeliveryState } from '../api/index.ts';
import type { UserId } from '../system.ts';
import type { Next } from './decide.ts';

type Executor = pg.Pool | pg.PoolClient;

/** A message that is to go out, or of which it is to be on record why it does not. */
export type NewDelivery = {
  id: string;
  fact: string;
  userId: UserId;
  channel: Channel;
  target?: string;
  kind: string;
  locale?: string | null;
  /** Encrypted. */
  content: string | null;
  state: 'queued' | 'sent' | 'suppressed';
  reason?: string | null;
  dueAt?: Date | null;
  expiresAt?: Date | null;
  /** It comes with others, in one message. */
  inDigest?: boolean;
};

/** One that is being sent, by whoever has leased it. */
export type Taken = Leased<Delivery>;
type Delivery = {
  id: string;
  fact: string;
  user_id: UserId;
  channel: Channel;
  target: string;
  kind: string;
  locale: string | null;
  content: string | null;
  /** Attempts with this one, without those that only put it off. */
  tries: number;
  expires_at: Date | null;
  /** An earlier attempt may have got there: nobody has said how it ended. */
  handed_over: boolean;
  now: Date;
};

/** What is there already, of the same fact to the same person by the same way, stays as it is and is given. */
export async function enqueue(
  tx: Executor,
  one: NewDelivery,
): Promise<{ id: string; state: DeliveryState; isNew: boolean }> {
  const { rows } = await tx.query<{ id: string; state: DeliveryState }>(
    `INSERT INTO deliveries (id, fact, user_id, channel, target, kind, locale, content, state, reason, due_at, expires_at,
       in_digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, now()), $12, $13)
     ON CONFLICT (fact, user_id, channel, target) DO NOTHING RETURNING id, state`,
    [
      one.id,
      one.fact,
      one.userId,
      one.channel,
      one.target ?? '',
      one.kind,
      one.locale ?? null,
      one.content,
      one.state,
      one.reason ?? null,
      one.dueAt ?? null,
      one.expiresAt ?? null,
      one.inDigest ?? false,
    ],
  );
  if (rows[0]) {
    if (rows[0].state === 'queued') await tx.query(`NOTIFY notifications_deliveries`);
    return { ...rows[0], isNew: true };
  }
  const found = await tx.query<{ id: string; state: DeliveryState }>(
    'SELECT id, state FROM deliveries WHERE fact = $1 AND user_id = $2 AND channel = $3 AND target = $4',
    [one.fact, one.userId, one.channel, one.target ?? ''],
  );
  return { ...found.rows[0]!, isNew: false };
}

export type Deliveries = LeasedRows<Delivery>;

/** Those whose turn it is, also those whose process did not say how it ended. */
export function leasedDeliveries(leaseSeconds: number): Deliveries {
  return leasedRows<Delivery>({
    table: 'deliveries',
    key: 'id',
    columns: `id, fact, user_id, channel, target, kind, locale, content, attempts - waits AS tries, expires_at,
      handed_over_at IS NOT NULL AS handed_over, now()`,
    where: `state IN ('queued', 'sending') AND NOT (state = 'queued' AND in_digest)`,
    set: `state = 'sending', updated_at = now()`,
    leaseMs: leaseSeconds * 1_000,
  });
}

/**
 * How it goes on. False: it is somebody else's by now, and nothing is changed. What the other side has told meanwhile of how it ended
 * stays as it told it.
 */
export async function settle(
  tx: Executor,
  deliveries: Deliveries,
  taken: Taken,
  { state, reason, dueAt, providerId, isPutOff }: Next,
): Promise<boolean> {
  if (!(await deliveries.release(tx, taken, dueAt ?? undefined))) return false;
  const { id } = taken;
  await tx.query(
    `UPDATE deliveries SET state = CASE WHEN state = 'sending' THEN $2 ELSE state END,
       reason = CASE WHEN state = 'sending' THEN $3 ELSE reason END, provider_id = coalesce($4, provider_id),
       content = CASE WHEN $2 = 'queued' THEN content END,
       handed_over_at = CASE WHEN $2 = 'queued' THEN NULL ELSE handed_over_at END,
       waits = waits + CASE WHEN $5 THEN 1 ELSE 0 END, updated_at = now()
     WHERE id = $1`,
    [id, state, reason, providerId, isPutOff ?? false],
  );
  // Parts of a digest end as it does.
  if (state !== 'queued')
    await tx.query('UPDATE deliveries SET state = $2, reason = $3, updated_at = now() WHERE digest_id = $1', [
      id,
      state,
      reason,
    ]);
  return true;
}

/** What somebody finds in the app of a delivery that is this way. */
/** In the order in which they were told, those of one transaction too. */
type InApp = { id: string; userId: UserId; kind: string; title: string; body: string; link: string | null };

export async function keepInApp(tx: Executor, one: InApp): Promise<void> {
  await tx.query(
    `INSERT INTO in_app (id, user_id, kind, title, body, link, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [one.id, one.userId, one.kind, one.title, one.body, one.link],
  );
}

/** As others make them, whose titles are no longer. */
export async function keepAsRow(tx: Executor, one: InApp): Promise<void> {
  await tx.query(
    `INSERT INTO notifications (id, user_id, kind, title, body, link, is_read, created_at)
     VALUES ($1, $2, $3, left($4, 255), $5, $6, false, clock_timestamp())`,
    [one.id, one.userId, one.kind, one.title, one.body, one.link],
  );
}

/** Milliseconds until something can be sent; null if nothing waits. */
export async function untilNext(db: Executor): Promise<number | null> {
  return await untilThen(
    db,
    `least((SELECT min(due_at) FROM deliveries WHERE state = 'queued' AND NOT in_digest),
       (SELECT min(leased_until) FROM deliveries WHERE state = 'sending'))`,
  );
}

/** Milliseconds until there is a digest to be made; null if nothing waits for one. */
export async function untilNextDigest(db: Executor): Promise<number | null> {
  return await untilThen(
    db,
    `(SELECT min(due_at) FROM deliveries WHERE state = 'queued' AND in_digest AND digest_id IS NULL)`,
  );
}

/** `then`: SQL of a time. */
async function untilThen(db: Executor, then: string): Promise<number | null> {
  const { rows } = await db.query<{ ms: number | null }>(
    `SELECT extract(epoch FROM ${then} - clock_timestamp())::float8 * 1000 AS ms`,
  );
  const { ms } = rows[0]!;
  // Not by greatest() there, which takes 0 for the greatest of 0 and nothing.
  return ms === null ? null : Math.max(0, ms);
}
