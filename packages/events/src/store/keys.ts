import { randomBytes, randomUUID } from 'node:crypto';
import type { Queryable } from '@banyan/postgres';
import { decrypt, encrypt, KEY_BYTES } from './cipher.ts';
import { EventStoreError } from './errors.ts';

/** Wraps the keys of subjects. More than one while the master key is being changed (see `rewrap`). */
export type MasterKeys = {
  /** Id of the key that wraps from now on. */
  current: string;
  /** By id: 32 bytes in base64. */
  keys: Readonly<Record<string, string>>;
};

export type SubjectKey = { id: string; key: Buffer };

/**
 * The keys of subjects. None is kept after the read or append that needed it: a key that is deleted is gone at once in
 * every process, with nothing to invalidate.
 */
export class SubjectKeys {
  readonly #master: ReadonlyMap<string, Buffer>;
  readonly #current: string | undefined;

  constructor(master: MasterKeys | undefined) {
    const entries = Object.entries(master?.keys ?? {}).map(
      ([id, text]) => [id, Buffer.from(text, 'base64')] as const,
    );
    for (const [id, key] of entries) {
      if (key.length !== KEY_BYTES)
        throw new TypeError(`Master key ${id} must be ${KEY_BYTES} bytes in base64`);
    }
    this.#master = new Map(entries);
    this.#current = master?.current;
    if (this.#current !== undefined) this.#masterKey(this.#current);
  }

  /** Those that exist. One round trip. */
  async find(db: Queryable, subjects: readonly string[]): Promise<Map<string, SubjectKey>> {
    const { rows } = await db.query<KeyRow>(
      'SELECT subject, id::text, master, wrapped FROM banyan_events.subject_keys WHERE subject = ANY($1)',
      [subjects],
    );
    return new Map(rows.map((row) => [row.subject, this.#unwrap(row)]));
  }

  /** One for each subject, made if there is none. */
  async findOrMake(db: Queryable, subjects: readonly string[]): Promise<Map<string, SubjectKey>> {
    const current = this.#current;
    if (current === undefined) throw new EventStoreError('MASTER_KEY_MISSING');
    for (;;) {
      const found = await this.find(db, subjects);
      const missing = subjects.filter((subject) => !found.has(subject));
      if (missing.length === 0) return found;
      const wrapped = missing.map((subject) =>
        encrypt(this.#masterKey(current), randomBytes(KEY_BYTES), subject),
      );
      await db.query(
        `INSERT INTO banyan_events.subject_keys (subject, id, master, wrapped)
         SELECT subject, id, $3, wrapped FROM unnest($1::text[], $2::uuid[], $4::bytea[]) AS k(subject, id, wrapped)
         ON CONFLICT (subject) DO NOTHING`,
        [missing, missing.map(() => randomUUID()), current, wrapped],
      );
    }
  }

  /** Wraps with the current master key what older ones have wrapped. Returns how many; then they may be forgotten. */
  async rewrap(db: Queryable): Promise<number> {
    const current = this.#current;
    if (current === undefined) throw new EventStoreError('MASTER_KEY_MISSING');
    let count = 0;
    for (;;) {
      const { rows } = await db.query<KeyRow>(
        'SELECT subject, id::text, master, wrapped FROM banyan_events.subject_keys WHERE master <> $1 LIMIT 500',
        [current],
      );
      if (rows.length === 0) return count;
      for (const row of rows) {
        const wrapped = encrypt(this.#masterKey(current), this.#unwrap(row).key, row.subject);
        const changed = await db.query(
          'UPDATE banyan_events.subject_keys SET master = $3, wrapped = $4 WHERE subject = $1 AND id = $2',
          [row.subject, row.id, current, wrapped],
        );
        count += changed.rowCount ?? 0;
      }
    }
  }

  #unwrap({ subject, id, master, wrapped }: KeyRow): SubjectKey {
    try {
      return { id, key: decrypt(this.#masterKey(master), wrapped, subject) };
    } catch (error) {
      if (error instanceof EventStoreError) throw error;
      throw new EventStoreError('SEALED_DATA_CORRUPT', { subject, masterKey: master }, error);
    }
  }

  #masterKey(id: string): Buffer {
    const key = this.#master.get(id);
    if (!key) throw new EventStoreError('MASTER_KEY_MISSING', { masterKey: id });
    return key;
  }
}

type KeyRow = { subject: string; id: string; master: string; wrapped: Buffer };
