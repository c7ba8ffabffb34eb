import { withTransaction } from '@banyan/postgres';
import { type Leased, leasedRows } from '@banyan/service';
import type pg from 'pg';
import type { Outcome, Verdict } from './decide.ts';

/** What somebody's endpoints are told; `id` is the `webhook-id`. */
export type Message = { id: string; userId: number; type: string; body: string };

/** One attempt that is to be made, by whoever has leased the endpoint. */
export type Claimed = Leased<Attempt>;
type Attempt = {
  endpointId: number;
  userId: number;
  url: string;
  /** Encrypted; the present one first. */
  secrets: string[];
  deliveryId: string;
  messageId: string;
  body: string;
};

/**
 * Queues messages for all endpoints of their users that want their type, each once. What a disabled endpoint misses is dead at once, and
 * can be asked for when it is enabled again. Messages that nobody wants are not kept.
 */
export async function enqueue(tx: pg.PoolClient, messages: readonly Message[]): Promise<void> {
  const users = [...new Set(messages.map(({ userId }) => userId))];
  // In the order of ids, as everybody locks them who locks several.
  const { rows } = await tx.query<{ id: number; user_id: number; event_types: string[]; enabled: boolean }>(
    `SELECT id, user_id, event_types, disabled IS NULL AS enabled FROM webhook_endpoints
     WHERE user_id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`,
    [users],
  );
  const wanted = rows.flatMap((endpoint) =>
    messages
      .filter(({ userId, type }) => userId === endpoint.user_id && endpoint.event_types.includes(type))
      .map((message) => ({ endpoint, message })),
  );
  if (wanted.length > 0) await insert(tx, wanted);
}

/** Queues a message for one endpoint, whatever types it wants. */
export async function enqueueFor(tx: pg.PoolClient, endpointId: number, message: Message): Promise<void> {
  await insert(tx, [{ endpoint: { id: endpointId, enabled: true }, message }]);
}

async function insert(
  tx: pg.PoolClient,
  wanted: readonly { endpoint: { id: number; enabled: boolean }; message: Message }[],
): Promise<void> {
  const messages = [...new Map(wanted.map(({ message }) => [message.id, message])).values()];
  await tx.query(
    `INSERT INTO webhook_messages (id, user_id, type, body)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[]) ON CONFLICT (id) DO NOTHING`,
    [
      messages.map(({ id }) => id),
      messages.map(({ userId }) => userId),
      messages.map(({ type }) => type),
      messages.map(({ body }) => body),
    ],
  );
  const { rows } = await tx.query<{ endpoint_id: number }>(
    `INSERT INTO webhook_deliveries (endpoint_id, message_id, state, due_at)
     SELECT endpoint_id, message_id, CASE WHEN enabled THEN 'pending' ELSE 'dead' END, CASE WHEN enabled THEN now() END
     FROM unnest($1::integer[], $2::text[], $3::boolean[]) AS wanted (endpoint_id, message_id, enabled)
     ON CONFLICT (endpoint_id, message_id) DO NOTHING RETURNING endpoint_id`,
    [
      wanted.map(({ endpoint }) => endpoint.id),
      wanted.map(({ message }) => message.id),
      wanted.map(({ endpoint }) => endpoint.enabled),
    ],
  );
  await tx.query('UPDATE webhook_endpoints SET due_at = least(due_at, now()) WHERE id = ANY ($1)', [
    rows.map((row) => row.endpoint_id),
  ]);
}

/** Endpoints with something to be sent: each gets one attempt at a time. The lease is longer than an attempt can take. */
const endpoints = leasedRows<{ id: number }>({
  table: 'webhook_endpoints',
  key: 'id',
  columns: 'id',
  where: 'disabled IS NULL',
  leaseMs: 30_000,
});

/** Up to `most` endpoints with the delivery whose turn it is. */
export async function claim(
  pool: pg.Pool,
  most: number,
  inHand: readonly Claimed['key'][] = [],
): Promise<Claimed[]> {
  return await withTransaction(pool, async (tx) => {
    const leased = await endpoints.lease(tx, most, inHand);
    if (leased.length === 0) return [];
    const { rows } = await tx.query<Attempt>(
      `SELECT e.id AS "endpointId", e.user_id AS "userId", e.url, d.id AS "deliveryId", m.id AS "messageId", m.body,
         array_remove(ARRAY[e.secret, CASE WHEN e.previous_until > now() THEN e.previous_secret END], NULL) AS secrets
       FROM webhook_endpoints e
       CROSS JOIN LATERAL (
         SELECT id, message_id FROM webhook_deliveries
         WHERE endpoint_id = e.id AND state = 'pending' AND due_at <= now() ORDER BY due_at, id LIMIT 1
       ) d
       JOIN webhook_messages m ON m.id = d.message_id
       WHERE e.id = ANY ($1)`,
      [leased.map(({ id }) => id)],
    );
    const attempts = new Map(rows.map((row) => [row.endpointId, row]));
    for (const one of leased) if (!attempts.has(one.id)) await letGo(tx, one);
    return leased.flatMap(({ key, attempt, dueAt, id }) => {
      const found = attempts.get(id);
      return found ? [{ ...found, key, attempt, dueAt }] : [];
    });
  });
}

/**
 * Notes what an attempt came to and what follows from it, and lets go of the endpoint. An attempt whose endpoint is gone, or whose
 * delivery is not pending any more, is noted as far as there is something to note it of. `disabled`: why the endpoint is from now on.
 */
export async function settle(
  tx: pg.PoolClient,
  claimed: Claimed,
  attempt: { at: Date; durationMs: number; outcome: Outcome },
  decide: (known: { attempt: number; failingSince: Date | null }) => Verdict,
): Promise<{ disabled: Verdict['disable'] }> {
  const { endpointId, deliveryId } = claimed;
  const endpoint = await tx.query<{ failing_since: Date | null; disabled: string | null }>(
    'SELECT failing_since, disabled FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE',
    [endpointId],
  );
  const delivery = await tx.query<{ attempts: number; state: string }>(
    'SELECT attempts, state FROM webhook_deliveries WHERE id = $1 FOR UPDATE',
    [deliveryId],
  );
  const [known, one] = [endpoint.rows[0], delivery.rows[0]];
  if (!known || !one) return { disabled: null };
  const { outcome } = attempt;
  await tx.query(
    'INSERT INTO webhook_attempts (delivery_id, at, status, error, duration_ms) VALUES ($1, $2, $3, $4, $5)',
    [
      deliveryId,
      attempt.at,
      outcome.is === 'answer' ? outcome.status : null,
      outcome.is === 'error' ? outcome.code : null,
      Math.round(attempt.durationMs),
    ],
  );
  const verdict = decide({ attempt: one.attempts + 1, failingSince: known.failing_since });
  const { state } = verdict;
  await tx.query(
    `UPDATE webhook_deliveries SET attempts = attempts + 1, state = $2, due_at = $3 WHERE id = $1 AND state = 'pending'`,
    [deliveryId, state.is, state.is === 'pending' ? state.dueAt : null],
  );
  const disabled = known.disabled === null ? verdict.disable : null;
  await tx.query(
    'UPDATE webhook_endpoints SET failing_since = $2, disabled = coalesce(disabled, $3) WHERE id = $1',
    [endpointId, verdict.failingSince, disabled],
  );
  await letGo(tx, { ...claimed, id: endpointId });
  return { disabled };
}

/** It is due when its next delivery is. */
async function letGo(tx: pg.PoolClient, endpoint: Leased<{ id: number }>): Promise<void> {
  if (!(await endpoints.release(tx, endpoint))) return;
  await tx.query(
    `UPDATE webhook_endpoints SET
       due_at = (SELECT min(due_at) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'pending')
     WHERE id = $1`,
    [endpoint.id],
  );
}

/**
 * Sends again what an endpoint was told in a span: what is dead, and with `all` what was delivered too. `onlyId`: that one delivery,
 * whatever came of it. How many they are.
 */
export async function replay(
  tx: pg.PoolClient,
  endpointId: number,
  what: { from: string; to: string | undefined; all: boolean } | { onlyId: number },
): Promise<number> {
  // Before its deliveries, as whoever settles an attempt does.
  await tx.query('SELECT 1 FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE', [endpointId]);
  const [where, values] =
    'onlyId' in what
      ? ['id = $2', [what.onlyId]]
      : [
          `created_at >= $2 AND created_at <= coalesce($3, now()) AND (state = 'dead' OR $4 AND state = 'delivered')`,
          [what.from, what.to ?? null, what.all],
        ];
  const { rowCount } = await tx.query(
    `UPDATE webhook_deliveries SET state = 'pending', attempts = 0, due_at = now() WHERE endpoint_id = $1 AND ${where}`,
    [endpointId, ...values],
  );
  await tx.query('UPDATE webhook_endpoints SET due_at = least(due_at, now()) WHERE id = $1', [endpointId]);
  return rowCount!;
}

/** All that was kept of a user. */
export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM webhook_endpoints WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM webhook_messages WHERE user_id = $1', [userId]);
}
