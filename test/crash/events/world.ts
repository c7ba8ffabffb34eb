import { setTimeout as delay } from 'node:timers/promises';
import { defineContracts, event, eventing } from '@banyan/events';
import {
  applyInboxSchema,
  applyOutboxSchema,
  type Bus,
  createPublisher,
  Messages,
} from '@banyan/events/machinery';
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

/** Where effects end up: one row each, numbered in the order in which they came, with the transaction that made it. */
export async function prepareEffects(pool: Db): Promise<void> {
  await applyInboxSchema(pool);
  await pool.query(
    `CREATE TABLE IF NOT EXISTS effects (at bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, n int NOT NULL,
       tx xid8 NOT NULL DEFAULT pg_current_xact_id())`,
  );
}

/** Consumes by the part that services have: several messages in one transaction, one by one where that failed. */
export async function startConsumer(busUrl: string, pool: Db): Promise<{ close(): Promise<void> }> {
  const part = eventing(contracts, {
    concurrency: 4,
    // A dead process settles nothing: no message may end up in a retry or among the dead.
    attempts: Number.MAX_SAFE_INTEGER,
    delayMs: 0,
    on: {
      Counted: async ({ data }, { tx }) => {
        await tx.query('INSERT INTO effects (key, n) VALUES ($1, $2)', [data.key, data.n]);
      },
    },
  });
  const config = { BUS_URL: busUrl, OUTBOX_RETENTION_HOURS: 24, INBOX_RETENTION_HOURS: 24 };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const started = await part.start({ service: GROUP, pool, log, config } as never);
  await started.open?.({ url: 'http://127.0.0.1' });
  return { close: async () => await started.close?.() };
}

/** How many transactions had the effects of several messages. */
export async function batchesIn(pool: Db): Promise<number> {
  const { rows } = await pool.query<{ batches: number }>(
    'SELECT count(*)::int AS batches FROM (SELECT FROM effects GROUP BY tx HAVING count(*) > 1) several',
  );
  return rows[0]!.batches;
}

export async function effectsIn(pool: Db): Promise<Map<string, number[]>> {
  const { rows } = await pool.query<{ key: string; n: number }>('SELECT key, n FROM effects ORDER BY at');
  return new Map([...Map.groupBy(rows, ({ key }) => key)].map(([key, of]) => [key, of.map(({ n }) => n)]));
}

/**
 * Waits until everything committed has its effect, as the one who runs a system would: a message that three processes in a row
 * ended with is a dead letter for that alone, and here processes end all the time, so those are given again. Gives the
 * effects, and the numbers that were given again: they come behind others of their key.
 */
export async function effectsOfAll(
  pool: Db,
  bus: Bus,
  committed: ReadonlyMap<string, number[]>,
): Promise<{ effects: Map<string, number[]>; replayed: Set<number> }> {
  const replayed = new Set<number>();
  let [had, deadline] = [-1, 0];
  for (;;) {
    const ended = (await bus.dead.list({ group: GROUP })).filter(({ reason }) => ENDED.test(reason));
    for (const { message } of ended) replayed.add((message.data as { n: number }).n);
    if (ended.length > 0) await bus.dead.replay({ ids: ended.map(({ id }) => id) });
    const effects = await effectsIn(pool);
    const now = performance.now();
    // As long as it gets on, it may take its time.
    if (sizeOf(effects) > had) [had, deadline] = [sizeOf(effects), now + STANDS_MS];
    if (had >= sizeOf(committed) || now > deadline) return { effects, replayed };
    await delay(20);
  }
}

/** How long nothing may come before it counts as lost, ms. */
const STANDS_MS = 30_000;
const ENDED = /^The process ended each time/;

export const sizeOf = (byKey: ReadonlyMap<string, number[]>) =>
  [...byKey.values()].reduce((sum, { length }) => sum + length, 0);

/** What is not as it has to be: every committed number once, in the order of its key but for those `replayed`, and no other. */
export function compare(
  committed: ReadonlyMap<string, number[]>,
  effects: ReadonlyMap<string, number[]>,
  replayed: ReadonlySet<number> = new Set(),
): string[] {
  const problems: string[] = [];
  const inOrder = (numbers: number[]) => numbers.filter((n) => !replayed.has(n)).join();
  for (const key of new Set([...committed.keys(), ...effects.keys()])) {
    const [wanted, got] = [committed.get(key) ?? [], effects.get(key) ?? []];
    const lost = wanted.filter((n) => !got.includes(n));
    const foreign = got.filter((n) => !wanted.includes(n));
    const twice = got.filter((n, at) => got.indexOf(n) !== at);
    if (lost.length + foreign.length + twice.length === 0 && inOrder(wanted) === inOrder(got)) continue;
    const first = (numbers: number[]) => `${numbers.length} (${numbers.slice(0, 20)})`;
    problems.push(
      `${key}: lost ${first(lost)}, twice ${first(twice)}, never committed ${first(foreign)}, out of order from ${wanted.find((n, at) => got[at] !== n)}`,
    );
  }
  return problems;
}
