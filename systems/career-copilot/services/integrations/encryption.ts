import {
  createEncryption,
  type Encryption,
  EncryptionConfig,
  EncryptionError,
  repeatedWork,
  type ServicePart,
} from '@banyan/service';
import type pg from 'pg';
import { contextOf as ofConnection } from './connections/store.ts';
import { contextOf as ofSource } from './incoming/sources.ts';
import { contextOf as ofEndpoint } from './webhooks/endpoints.ts';

/** Every column that keeps a secret, and what it is encrypted for by the id of its user. */
const KEPT = [
  { table: 'webhook_endpoints', columns: ['secret', 'previous_secret'], contextOf: ofEndpoint },
  { table: 'incoming_sources', columns: ['secret'], contextOf: ofSource },
  { table: 'oauth_connections', columns: ['access_token', 'refresh_token'], contextOf: ofConnection },
  { table: 'oauth_revocations', columns: ['token'], contextOf: ofConnection },
] as const;

const LOOK_MS = 3_600_000;
const BATCH = 500;

/** The encryption of what this service keeps of others, and its care that all of it is encrypted with the present key. */
export const encryption: ServicePart<Encryption, typeof EncryptionConfig> = {
  config: EncryptionConfig,
  async start(host) {
    const { config, pool, log } = host;
    const keys = createEncryption(config.ENCRYPTION_KEYS);
    const onUnreadable = (err: EncryptionError) =>
      log.error({ err }, 'a secret cannot be encrypted with the present key');
    const work = repeatedWork(host, {
      'encrypt with the present key': {
        everyMs: LOOK_MS,
        inOneProcess: true,
        run: () => encryptOlder(pool, keys, onUnreadable),
      },
    });
    return { provided: keys, ...work };
  },
};

/** Encrypts with the present key what an older one encrypted. One that cannot be read is told, and stays. */
export async function encryptOlder(
  pool: pg.Pool,
  keys: Encryption,
  onUnreadable: (error: EncryptionError) => void,
): Promise<void> {
  for (const { table, columns, contextOf } of KEPT)
    for (const column of columns)
      for (let after = 0; ; ) {
        const { rows } = await pool.query<{ id: number; userId: number; secret: string }>(
          `SELECT id, user_id AS "userId", ${column} AS secret FROM ${table}
           WHERE id > $1 AND ${column} IS NOT NULL ORDER BY id LIMIT ${BATCH}`,
          [after],
        );
        for (const { id, userId, secret } of rows.filter((row) => !keys.isCurrent(row.secret))) {
          const context = contextOf(userId);
          try {
            const again = await keys.encrypt(await keys.decrypt(secret, context), context);
            // Unless it was changed meanwhile: then the present key has encrypted it.
            await pool.query(`UPDATE ${table} SET ${column} = $2 WHERE id = $1 AND ${column} = $3`, [
              id,
              again,
              secret,
            ]);
          } catch (error) {
            if (!(error instanceof EncryptionError)) throw error;
            onUnreadable(error);
          }
        }
        const last = rows.at(-1);
        if (!last) break;
        after = last.id;
      }
}
