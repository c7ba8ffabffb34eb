import { createHash } from 'node:crypto';
import { applySchemaFile, type Db, withTransaction } from '@banyan/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { defineErrors } from '../http/errors.ts';
import type { ServicePart } from '../parts/part.ts';

/** What an effect is answered with. */
export type Outcome<Body = unknown> = { status: number; headers?: Record<string, string>; body?: Body };

/** Runs `effect` in a transaction and answers with its outcome; with the first outcome if it was run before. */
export type Once = <Body>(
  request: FastifyRequest,
  reply: FastifyReply,
  effect: (tx: pg.PoolClient) => Promise<Outcome<Body>>,
) => Promise<FastifyReply>;

const errors = defineErrors({
  IDEMPOTENCY_KEY_MISSING: [400, 'Send an Idempotency-Key, so that this request can be repeated safely.'],
  IDEMPOTENCY_KEY_INVALID: [400, 'An Idempotency-Key has 1 to 255 visible characters.'],
  IDEMPOTENCY_KEY_REUSED: [422, 'This Idempotency-Key was used for another request.'],
  IDEMPOTENCY_KEY_IN_USE: [409, 'A request with this Idempotency-Key is being worked on. Ask again.'],
});

/**
 * A part that makes effects idempotent: the answer to a request with an `Idempotency-Key` is stored in the transaction of
 * its effect and given again to every repetition by the same caller, marked `idempotency-replayed: true`. The same key with
 * another method, path or body is answered with 422, a repetition while the first still runs with 409. An effect that
 * throws leaves nothing behind, so the key may be used again.
 *
 * @example
 * use: { once: idempotency() }
 * app.post('/orders', (request, reply) => once(request, reply, async (tx) => ({ status: 201, body: await insert(tx) })));
 */
export function idempotency({
  hours = 24,
  required = false,
  sweepMs = 600_000,
}: {
  /** How long an answer is kept. */
  hours?: number;
  /** Whether a request without a key is refused rather than just run. */
  required?: boolean;
  /** How often expired answers are removed. */
  sweepMs?: number;
} = {}): ServicePart<Once> {
  return {
    start: async ({ pool, log }) => {
      await applySchemaFile(pool, {
        name: 'banyan_service.idempotency',
        file: new URL('schema.sql', import.meta.url),
      });
      const timer = setInterval(
        () => sweep(pool).catch((err: unknown) => log.warn({ err }, 'could not remove expired answers')),
        sweepMs,
      ).unref();
      return {
        provided: (request, reply, effect) => answerOnce(pool, { hours, required }, request, reply, effect),
        close: async () => clearInterval(timer),
      };
    },
  };
}

/** Removes answers that nobody may ask for any more. */
export async function sweep(pool: Db): Promise<number> {
  const { rowCount } = await pool.query(
    'DELETE FROM banyan_service.idempotency_keys WHERE expires_at < now()',
  );
  return rowCount ?? 0;
}

async function answerOnce<Body>(
  pool: Db,
  { hours, required }: { hours: number; required: boolean },
  request: FastifyRequest,
  reply: FastifyReply,
  effect: (tx: pg.PoolClient) => Promise<Outcome<Body>>,
): Promise<FastifyReply> {
  const key = keyOf(request);
  if (key === undefined && required) throw errors('IDEMPOTENCY_KEY_MISSING');
  const { outcome, replayed } = await withTransaction(pool, async (tx) => {
    if (key === undefined) return { outcome: await effect(tx), replayed: false };
    const id = [callerOf(request), key] as const;
    const fingerprint = fingerprintOf(request);
    if (!(await claim(tx, id, fingerprint, hours))) {
      return { outcome: await earlier(tx, id, fingerprint), replayed: true };
    }
    const outcome = await effect(tx);
    await tx.query('UPDATE banyan_service.idempotency_keys SET answer = $3 WHERE caller = $1 AND key = $2', [
      ...id,
      JSON.stringify(outcome),
    ]);
    return { outcome, replayed: false };
  });
  if (replayed) reply.header('idempotency-replayed', 'true');
  return await reply
    .code(outcome.status)
    .headers(outcome.headers ?? {})
    .send(outcome.body);
}

type KeyId = readonly [caller: string, key: string];

/**
 * True if this request is the first with its key. Never waits: the advisory lock, held until the transaction ends, tells a
 * repetition that the first is still at work, where the unique index alone would make it wait with a connection in hand.
 */
async function claim(tx: pg.PoolClient, id: KeyId, fingerprint: string, hours: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO banyan_service.idempotency_keys AS mine (caller, key, fingerprint, expires_at)
     SELECT $1, $2, $3, now() + make_interval(hours => $4)
     WHERE pg_try_advisory_xact_lock(hashtextextended($2, hashtextextended($1, 0)))
     ON CONFLICT (caller, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, answer = NULL, expires_at = excluded.expires_at
       WHERE mine.expires_at < now()`,
    [...id, fingerprint, hours],
  );
  return rowCount === 1;
}

/** The outcome of the first request with this key. */
async function earlier(tx: pg.PoolClient, id: KeyId, fingerprint: string): Promise<Outcome<never>> {
  const { rows } = await tx.query<{ fingerprint: string; answer: Outcome<never> }>(
    'SELECT fingerprint, answer FROM banyan_service.idempotency_keys WHERE caller = $1 AND key = $2',
    [...id],
  );
  const [first] = rows;
  if (!first) throw errors('IDEMPOTENCY_KEY_IN_USE', { headers: { 'retry-after': '1' } });
  if (first.fingerprint !== fingerprint) throw errors('IDEMPOTENCY_KEY_REUSED');
  return first.answer;
}

/** With or without the quotes of a structured header. */
function keyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header).replace(/^"(.*)"$/, '$1');
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw errors('IDEMPOTENCY_KEY_INVALID');
  return key;
}

function callerOf({ principal }: FastifyRequest): string {
  return principal ? JSON.stringify([principal.issuer, principal.subject]) : '';
}

function fingerprintOf({ method, url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(`${method} ${url} ${JSON.stringify(sorted(body)) ?? ''}`)
    .digest('base64url');
}

/** The same for the same content, in whatever order its members came. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
}
