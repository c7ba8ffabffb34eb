import { AsyncLocalStorage } from 'node:async_hooks';
import { defineSaga, once, Refused, type Saga, undo } from '@banyan/events';
import { applySagaSchema } from '@banyan/events/machinery';
import { createPool, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { Type } from 'typebox';

/** How the step named by `failAt` fails: refused without effect, failing before it, or with its answer lost after it. */
export const FAILURES = ['refused', 'error', 'lost'] as const;
export type Journey = { failAt: string | null; how: (typeof FAILURES)[number] };

export const STEPS = [
  { name: 'reserve', kind: 'step', compensable: true },
  { name: 'book', kind: 'transaction', compensable: true },
  { name: 'notify', kind: 'step', compensable: false },
  { name: 'charge', kind: 'step', compensable: true },
  { name: 'count', kind: 'transaction', compensable: true },
  { name: 'close', kind: 'step', compensable: true },
] as const;

/** Two databases: the service's own, and that of the services that it calls. Every effect is a row, counted at the end. */
export type World = { url: string; own: pg.Pool; remote: pg.Pool; close(): Promise<void> };

export async function openWorld(url: string, remoteUrl: string): Promise<World> {
  // Transactions that are killed inside keep their place in the pool, though not their backend.
  const own = createPool(url, { max: 1_000 });
  const remote = createPool(remoteUrl, { max: 20 });
  for (const pool of [own, remote]) {
    await applySagaSchema(pool);
    await pool.query(
      'CREATE TABLE IF NOT EXISTS effects (saga text, step text, what text, at timestamptz DEFAULT clock_timestamp())',
    );
  }
  return { url, own, remote, close: async () => void (await Promise.all([own.end(), remote.end()])) };
}

/** Called at every point where a process may die: `<step>[:undo]:before|inside|after`. */
export type Reach = (sagaId: string, point: string, tx?: pg.PoolClient) => Promise<void>;

/** The action or compensation that runs now. */
export const current = new AsyncLocalStorage<{ settled: Promise<void> }>();

async function watched<T>(work: () => Promise<T>): Promise<T> {
  const { promise: settled, resolve } = Promise.withResolvers<void>();
  try {
    return await current.run({ settled }, work);
  } finally {
    resolve();
  }
}

/** Six steps that alternate between other services and the own database. */
export function journey(world: World, reach: Reach) {
  const effect = (tx: pg.PoolClient, id: string, step: string, what: string) =>
    tx.query('INSERT INTO effects (saga, step, what) VALUES ($1, $2, $3)', [id, step, what]);
  return defineSaga('journey', {
    input: Type.Object({ failAt: Type.Union([Type.String(), Type.Null()]), how: Type.String() }),
    steps: (saga) => {
      for (const { name, kind, compensable } of STEPS) {
        const options = { retries: 1, retryDelay: 1 };
        if (kind === 'step') {
          saga.step(name, {
            ...options,
            action: ({ id, input }, { idempotencyKey }) =>
              watched(async () => {
                const how = input.failAt === name ? input.how : undefined;
                await reach(id, `${name}:before`);
                if (how === 'refused') throw new Refused('refused');
                if (how === 'error') throw new Error('out of order');
                await withTransaction(world.remote, (tx) =>
                  once(tx, idempotencyKey, async () => void (await effect(tx, id, name, 'done'))),
                );
                await reach(id, `${name}:after`);
                if (how === 'lost') throw new Error('answer lost');
              }),
            ...(compensable
              ? {
                  compensation: ({ id }, { undoes }) =>
                    watched(async () => {
                      await reach(id, `${name}:undo:before`);
                      await withTransaction(world.remote, (tx) =>
                        undo(tx, undoes, async () => void (await effect(tx, id, name, 'undone'))),
                      );
                      await reach(id, `${name}:undo:after`);
                    }),
                }
              : {}),
          });
        } else {
          saga.transaction(name, {
            ...options,
            action: ({ id, input }, { tx }) =>
              watched(async () => {
                await reach(id, `${name}:before`, tx);
                await effect(tx, id, name, 'done');
                await reach(id, `${name}:inside`, tx);
                if (input.failAt === name)
                  throw input.how === 'refused' ? new Refused('refused') : new Error('failed');
              }),
            compensation: ({ id }, { tx }) =>
              watched(async () => {
                await effect(tx, id, name, 'undone');
                await reach(id, `${name}:undo:inside`, tx);
              }),
          });
        }
      }
      return saga;
    },
  }) as Saga<'journey', Journey>;
}

/** Every point that a saga with this journey comes by. */
export function pointsOf({ failAt, how }: Journey): string[] {
  const failing = STEPS.findIndex(({ name }) => name === failAt);
  const reached = failing < 0 ? STEPS : STEPS.slice(0, failing + 1);
  return reached.flatMap(({ name, kind, compensable }) => {
    const own = name === failAt;
    const points = [`${name}:before`];
    if (kind === 'transaction') points.push(`${name}:inside`);
    else if (!own || how === 'lost') points.push(`${name}:after`);
    if (failing < 0 || !compensable || own) return points;
    return [
      ...points,
      ...(kind === 'transaction' ? [`${name}:undo:inside`] : [`${name}:undo:before`, `${name}:undo:after`]),
    ];
  });
}

/** What does not hold of a saga that has ended: every action and compensation effective once, none in vain. */
export async function judge(world: World, id: string, journey: Journey, state: string): Promise<string[]> {
  const rows = await Promise.all(
    [world.own, world.remote].map((pool) =>
      pool.query<{ step: string; what: string; n: number }>(
        'SELECT step, what, count(*)::int AS n FROM effects WHERE saga = $1 GROUP BY step, what',
        [id],
      ),
    ),
  );
  const effects = new Map(
    rows.flatMap((each) => each.rows).map(({ step, what, n }) => [`${step} ${what}`, n]),
  );
  const problems: string[] = [];
  const expect = (what: string, wanted: number) => {
    const found = effects.get(what) ?? 0;
    if (found !== wanted)
      problems.push(`${id} ${JSON.stringify(journey)}: ${what} ${found} times instead of ${wanted}`);
  };
  const failing = STEPS.findIndex(({ name }) => name === journey.failAt);
  const wanted = failing < 0 ? 'COMPLETED' : 'FAILED';
  if (state !== wanted) problems.push(`${id} ${JSON.stringify(journey)}: ${state} instead of ${wanted}`);
  for (const [index, { name, kind, compensable }] of STEPS.entries()) {
    const lost = index === failing && kind === 'step' && journey.how === 'lost';
    const done = failing < 0 || index < failing || lost;
    expect(`${name} done`, done ? 1 : 0);
    expect(`${name} undone`, done && failing >= 0 && compensable ? 1 : 0);
  }
  return problems;
}
