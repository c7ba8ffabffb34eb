import { Type } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import { memoryStore } from './memory.ts';
import { postgresStore } from './postgres.ts';
import { redisStore } from './redis.ts';
import type { KeyValueStore } from './store.ts';

const KeyValueConfig = Type.Object({
  /**
   * `redis://…` or `rediss://…`: a Redis or Valkey that all instances share. `memory:`: each process for itself. Left out: a table of
   * the service's own database.
   */
  KEY_VALUE_URL: Type.Optional(Type.String({ pattern: '^(rediss?://.+|memory:)$', secret: true })),
});

/**
 * A store of small values that expire, as a part of a service: `use: { cache: keyValues() }`. What is kept there may be gone at any
 * time.
 */
export function keyValues(): ServicePart<KeyValueStore, typeof KeyValueConfig> {
  return {
    config: KeyValueConfig,
    async start({ service, config: { KEY_VALUE_URL: url }, pool, log }) {
      const onError = (err: unknown) => log.warn({ err }, 'the store of values has a problem');
      const provided = await storeAt(url, { service, pool, onError });
      // Of the service's own database its health is asked already, and memory is always there.
      const whole = url?.startsWith('redis') ? () => provided.get(NOBODYS) : undefined;
      return { provided, ...(whole && { whole }), close: () => provided.close() };
    },
  };
}

/** A key that is never set. */
const NOBODYS = 'health';

async function storeAt(
  url: string | undefined,
  {
    service,
    pool,
    onError,
  }: { service: string; pool: Parameters<typeof postgresStore>[0]; onError: (error: unknown) => void },
): Promise<KeyValueStore> {
  if (url === undefined) return await postgresStore(pool, { onError });
  if (url === 'memory:') return memoryStore();
  // Services may share a server.
  return await redisStore(url, { prefix: `${service}:`, onError });
}
