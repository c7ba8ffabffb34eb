import {
  applyInboxSchema,
  applyOutboxSchema,
  createPublisher,
  defineContracts,
  type Envelope,
  event,
  Messages,
  processOnce,
} from '@banyan/events';
import { createPool, type Db, withTransaction } from '@banyan/postgres';
import { Type } from 'typebox';

export const GROUP = 'crash';
export const TYPE = 'Counted';

const contracts = defineContracts({
  system: 'crash',
  events: {
    Counted: event({
      service: 'counter',
      version: 1,
      key: 'key',
      data: Type.Object({ key: Type.String(), n: Type.Integer() }),
    }),
  },
});

/** A publisher that commits and rolls back, and remembers what it committed. */
export type Publisher = {
  pool: Db;
  /** By key the numbers that were committed, in order. */
  committed: Map<string, number[]>;
  /** Some transactions, some of which roll back. */
  write(random: () => number): Promise<void>;
};

export async function aPublisher(url: string): Promise<Publisher> {
  const pool = createPool(url, { max: 6 });
  await applyOutboxSchema(pool);
  const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'counter');
  const committed = new Map<string, number[]>();
  let n = 0;
  return {
    pool,
    committed,
    async write(random) {
      const events = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
        key: `key-${Math.floor(random() * 8)}`,
        n: ++n,
      }));
      const rollsBack = random() < 0.2;
      try {
        await withTransaction(pool, async (tx) => {
          for (const data of events) await publish(tx, TYPE, data);
          if (rollsBack) throw new RolledBack();
        });
      } catch (error) {
        if (error instanceof RolledBack) return;
        throw error;
      }
      for (const { key, n } of events) committed.set(key, [...(committed.get(key) ?? []), n]);
    },
  };
}

class RolledBack extends Error {}

/** Where effects end up: one row each, numbered in the order in which they came. */
export async function prepareEffects(pool: Db): Promise<void> {
  await applyInboxSchema(pool);
  await pool.query(
    'CREATE TABLE IF NOT EXISTS effects (at bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, n int NOT NULL)',
  );
}

export async function haveEffect(pool: Db, message: Envelope): Promise<void> {
  await processOnce(pool, GROUP, message.id, async (tx) => {
    await tx.query('INSERT INTO effects (key, n) VALUES ($1, $2)', [message.data.key, message.data.n]);
  });
}

export async function effectsIn(pool: Db): Promise<Map<string, number[]>> {
  const { rows } = await pool.query<{ key: string; n: number }>('SELECT key, n FROM effects ORDER BY at');
  return new Map([...Map.groupBy(rows, ({ key }) => key)].map(([key, of]) => [key, of.map(({ n }) => n)]));
}

export const sizeOf = (byKey: ReadonlyMap<string, number[]>) =>
  [...byKey.values()].reduce((sum, { length }) => sum + length, 0);

/** What is not as it has to be: every committed number once, in the order of its key, and no other. */
export function compare(
  committed: ReadonlyMap<string, number[]>,
  effects: ReadonlyMap<string, number[]>,
): string[] {
  const problems: string[] = [];
  for (const key of new Set([...committed.keys(), ...effects.keys()])) {
    const [wanted, got] = [committed.get(key) ?? [], effects.get(key) ?? []];
    if (wanted.join() === got.join()) continue;
    const lost = wanted.filter((n) => !got.includes(n));
    const foreign = got.filter((n) => !wanted.includes(n));
    const twice = got.filter((n, at) => got.indexOf(n) !== at);
    problems.push(`${key}: lost ${lost}, twice ${twice}, never committed ${foreign}, got ${got}`);
  }
  return problems;
}
