import { quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { repeatedWork } from '../background/repeated-work.ts';
import type { ServicePart } from '../parts/part.ts';
import { createEncryption, type Encryption, EncryptionConfig, EncryptionError } from './encryption.ts';

/** Columns of a table that keep text encrypted, each for its owner. */
export type EncryptedColumns = {
  /** With a key `id`, of whatever type. */
  table: string;
  /** Text, or null where there is nothing to keep. */
  columns: readonly string[];
  /** The column that says whose a row is. */
  owner: string;
  /** What the text of an owner is encrypted for: the context of `Encryption.encrypt`. */
  contextOf(owner: number | string): string;
};

const LOOK_MS = 3_600_000;
const BATCH = 500;

/**
 * The encryption of what a service keeps of others, and its care that all of it is encrypted with the present key: looks at its columns at
 * the start and each hour, in one process. What cannot be read is told in the log, and stays as it is.
 */
export function encryptedColumns(
  all: readonly EncryptedColumns[],
): ServicePart<Encryption, typeof EncryptionConfig> {
  return {
    config: EncryptionConfig,
    async start(host) {
      const { config, pool, log } = host;
      const encryption = createEncryption(config.ENCRYPTION_KEYS);
      const onUnreadable = (err: EncryptionError) =>
        log.error({ err }, 'a secret cannot be encrypted with the present key');
      const work = repeatedWork(host, {
        'encrypt with the present key': {
          everyMs: LOOK_MS,
          inOneProcess: true,
          run: () => encryptOlder(pool, encryption, all, onUnreadable),
        },
      });
      return { provided: encryption, ...work };
    },
  };
}

/** Encrypts with the present key what an older one encrypted. One that cannot be read is told, and stays. */
export async function encryptOlder(
  pool: pg.Pool,
  encryption: Encryption,
  all: readonly EncryptedColumns[],
  onUnreadable: (error: EncryptionError) => void,
): Promise<void> {
  for (const { columns, ...of } of all)
    for (const column of columns) await encryptColumn(pool, encryption, { column, ...of }, onUnreadable);
}

type Encrypted = { id: number | string; owner: number | string; text: string };

type EncryptedColumn = Omit<EncryptedColumns, 'columns'> & { column: string };

async function encryptColumn(
  pool: pg.Pool,
  encryption: Encryption,
  { table, column, owner, contextOf }: EncryptedColumn,
  onUnreadable: (error: EncryptionError) => void,
): Promise<void> {
  const [from, text] = [quoteIdent(table), quoteIdent(column)];
  for (let after: number | string | null = null; ; ) {
    const { rows }: pg.QueryResult<Encrypted> = await pool.query<Encrypted>(
      `SELECT id, ${quoteIdent(owner)} AS owner, ${text} AS text FROM ${from}
       WHERE (id > $1 OR $1 IS NULL) AND ${text} IS NOT NULL ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    for (const row of rows)
      try {
        if (encryption.isCurrent(row.text)) continue;
        const context = contextOf(row.owner);
        const again = await encryption.encrypt(await encryption.decrypt(row.text, context), context);
        // Unless it was changed meanwhile: then the present key has encrypted it.
        await pool.query(`UPDATE ${from} SET ${text} = $2 WHERE id = $1 AND ${text} = $3`, [
          row.id,
          again,
          row.text,
        ]);
      } catch (error) {
        if (!(error instanceof EncryptionError)) throw error;
        onUnreadable(error);
      }
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
  }
}
