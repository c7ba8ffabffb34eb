import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { Delivery, DeliveryQuery, DeliveryWithAttempts } from '../../../api/integrations.ts';

const DELIVERY = 'd.id, d.message_id, m.type, d.state, d.attempts, d.due_at, d.created_at';
const FROM = 'webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id';
const LATEST_FIRST = keyset([{ column: 'id', type: 'bigint', descending: true }]);
const SHOWN_ATTEMPTS = 50;

export async function listDeliveries(
  db: pg.Pool,
  endpointId: number,
  { state, ...page }: DeliveryQuery,
): Promise<{ items: Delivery[]; next_cursor: string | null }> {
  const text = `SELECT ${DELIVERY} FROM ${FROM}
    WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.state = $2)`;
  const { items, next_cursor } = await LATEST_FIRST.page<Delivery>(
    db,
    { text, values: [endpointId, state ?? null] },
    page,
  );
  return { items: items.map(withNumber), next_cursor };
}

/** With what it says and how its last attempts went. */
export async function findDelivery(
  db: pg.Pool,
  endpointId: number,
  id: number,
): Promise<DeliveryWithAttempts | undefined> {
  const { rows } = await db.query<DeliveryWithAttempts>(
    `SELECT ${DELIVERY}, m.body FROM ${FROM} WHERE d.endpoint_id = $1 AND d.id = $2`,
    [endpointId, id],
  );
  const [delivery] = rows;
  if (!delivery) return undefined;
  const attempts = await db.query<DeliveryWithAttempts['recent_attempts'][number]>(
    `SELECT at, status, error, duration_ms FROM webhook_attempts WHERE delivery_id = $1
     ORDER BY id DESC LIMIT ${SHOWN_ATTEMPTS}`,
    [id],
  );
  return { ...withNumber(delivery), recent_attempts: attempts.rows };
}

/** Numbers of deliveries are bigint, which the driver gives as text. */
function withNumber<T extends { id: number }>(delivery: T): T {
  return { ...delivery, id: Number(delivery.id) };
}
