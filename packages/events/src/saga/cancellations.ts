import type { Db } from '@banyan/postgres';

/**
 * Whether sagas were cancelled: those who ask while a query is under way are answered by the next one, all together. Each step of
 * each saga asks before its attempt.
 */
export class Cancellations {
  readonly #pool: Db;
  #asking = new Map<string, Asking>();
  #looking = false;

  constructor(pool: Db) {
    this.#pool = pool;
  }

  /** By whom and why, if it was before this is called. */
  async of(sagaId: string): Promise<string | undefined> {
    let asking = this.#asking.get(sagaId);
    if (!asking) {
      asking = Promise.withResolvers();
      this.#asking.set(sagaId, asking);
    }
    if (!this.#looking) void this.#look();
    return await asking.promise;
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#asking.size > 0) {
      const asked = this.#asking;
      this.#asking = new Map();
      try {
        const found = await cancelled(this.#pool, [...asked.keys()]);
        for (const [id, { resolve }] of asked) resolve(found.get(id));
      } catch (error) {
        for (const { reject } of asked.values()) reject(error);
      }
    }
    this.#looking = false;
  }
}

type Asking = PromiseWithResolvers<string | undefined>;

async function cancelled(pool: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; who: string; note: string }>({
    name: 'banyan_saga_cancelled',
    text: `SELECT DISTINCT ON (saga_id) saga_id AS id, who, note FROM banyan_events.saga_mends
           WHERE action = 'cancel' AND saga_id = ANY($1) ORDER BY saga_id, id`,
    values: [ids],
  });
  return new Map(rows.map(({ id, who, note }) => [id, `cancelled by ${who}: ${note}`]));
}
