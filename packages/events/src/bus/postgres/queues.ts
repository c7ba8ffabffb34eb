import { createHash, randomBytes } from 'node:crypto';
import { type Queryable, runWithNext } from '@banyan/postgres';
import type { Db as BossDb, JobInsert, PgBoss } from 'pg-boss';
import type { Envelope } from '../../envelope.ts';

/** Where the consumers of a queue are told that there is something in it; the payload is the queue. */
export const CHANNEL = 'banyan_bus';

/** Where pg-boss has its tables. */
export const SCHEMA = 'banyan_pgboss';

/**
 * Puts messages into the queue of each group that wants them, in this order, and tells its consumers: one statement, so one round trip and a transaction
 * of its own, where pg-boss has one for each queue. The rows are those that its `insert` makes, with the queue's own settings.
 */
export async function distribute(db: Queryable, messages: readonly Envelope[]): Promise<void> {
  await db.query({
    name: 'banyan_bus_distribute',
    text: DISTRIBUTE,
    values: [messages.map((_, at) => jobId(at)), JSON.stringify(messages), CHANNEL],
  });
}

/** Puts messages into a queue, in this order, and tells its consumers once the transaction has committed. */
export async function enqueue(
  boss: PgBoss,
  db: Queryable,
  queue: string,
  messages: readonly Envelope[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += INSERT_ROWS) {
    const jobs = messages.slice(from, from + INSERT_ROWS).map(
      (message, at): JobInsert => ({
        id: jobId(from + at),
        singletonKey: message.subject,
        data: message,
      }),
    );
    await boss.insert(queue, jobs, { db: withCommit(db) });
  }
  await runWithNext(db, {
    name: 'banyan_bus_notify',
    text: 'SELECT pg_notify($1, $2)',
    values: [CHANNEL, queue],
  });
}

/** For what pg-boss does in a transaction of ours, the result of which we do not need: with COMMIT, as prepared statements. */
function withCommit(db: Queryable): BossDb {
  return {
    executeSql: async (text, values) => {
      await runWithNext(db, { name: nameOf(text), text, values: values ?? [] });
      return { rows: [] };
    },
  };
}

/** Few: they differ by queue. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = `banyan_bus_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}

const INSERT_ROWS = 2_000;

// A queue that is not there is an error, by the foreign key of its name, and no message less.
const DISTRIBUTE = `
  WITH sent AS (
    INSERT INTO ${SCHEMA}.job (
      id, name, data, priority, start_after, created_on, singleton_key, expire_seconds, deletion_seconds, keep_until, retry_limit,
      retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds, blocked, blocking, pending_dependencies)
    SELECT m.id, s.queue, m.data, 0, now.at, now.at, m.data->>'subject', q.expire_seconds, q.deletion_seconds,
      now.at + q.retention_seconds * interval '1s', q.retry_limit, q.retry_delay, coalesce(q.retry_backoff, false), q.retry_delay_max,
      q.policy, q.dead_letter, q.heartbeat_seconds, false, false, 0
    FROM (SELECT ${SCHEMA}.job_now() AS at) AS now,
      ROWS FROM (unnest($1::uuid[]), jsonb_array_elements($2::jsonb)) AS m (id, data)
      JOIN banyan_bus.subscriptions s
        ON s.type = m.data->>'type' AND s.queue = coalesce(m.data->>'recipient', s.queue)
      LEFT JOIN ${SCHEMA}.queue q ON q.name = s.queue
    RETURNING name)
  SELECT pg_notify($3, name) FROM (SELECT DISTINCT name FROM sent) AS queues`;

/**
 * A UUID that sorts by place: messages are taken by the time of their transaction and then by id, so within a transaction
 * the id says which was published first.
 */
function jobId(place: number): string {
  const hex = `${Date.now().toString(16).padStart(12, '0')}${place.toString(16).padStart(8, '0')}${randomBytes(6).toString('hex')}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
