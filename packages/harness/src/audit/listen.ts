import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, openBus } from '@banyan/events/machinery';
import type pg from 'pg';
import type { Load } from '../load/load.ts';
import type { Heard } from './facts.ts';

/** A subscriber as any other, which counts what it is told. */
export type FactsListener = {
  heard: Heard;
  /** Until it has heard all that lies in the outboxes of these databases, or the time is over. */
  heardAll(databases: readonly pg.Pool[], limitMs: number): Promise<void>;
  stop(): Promise<void>;
};

const GROUP = 'audit';
/** Seldom: what the audit costs would count as what the migration costs the users. */
const PACE_MS = 500;
const LOOK_MS = 200;

/** Listens to the events that these loads promise, of what happens from now on. */
export async function listenToFacts(
  busUrl: string,
  loads: ReadonlyMap<string, Pick<Load, 'facts'>>,
): Promise<FactsListener> {
  const promised = [...loads.values()].flatMap(({ facts = {} }) => Object.entries(facts));
  const heard = new Map(promised.map(([fact]) => [fact, new Map<string, number>()]));
  const tellers = new Map(
    promised.flatMap(([fact, { key, or = {} }]) =>
      Object.entries({ [fact]: key, ...or }).map(([type, keyOf]) => [type, { fact, keyOf }] as const),
    ),
  );
  const types = [...tellers.keys()];
  const known = new Set<string>();
  const begunAt = new Date();
  const hear = async ({ id, type, time, data }: Envelope) => {
    // The bus may bring a message again: its id is known then, as an inbox knows it.
    if (known.has(id) || new Date(time) < begunAt) return;
    known.add(id);
    const { fact, keyOf } = tellers.get(type)!;
    const told = keyOf(data);
    if (told === undefined) return;
    const ofFact = heard.get(fact)!;
    const key = String(told);
    ofFact.set(key, (ofFact.get(key) ?? 0) + 1);
  };
  const bus = await openBus(busUrl, { onError: () => {} });
  if (types.length > 0)
    await bus.subscribe({
      group: GROUP,
      types,
      paceMs: PACE_MS,
      handle: hear,
      handleMany: async (messages) => {
        for (const message of messages) await hear(message);
        return { done: messages.length };
      },
    });
  return {
    heard,
    async heardAll(databases, limitMs) {
      const deadline = performance.now() + limitMs;
      const published = await Promise.all(databases.map((database) => idsIn(database, types, begunAt)));
      const unheard = () => published.flat().some((id) => !known.has(id));
      while (unheard() && performance.now() < deadline) await delay(LOOK_MS);
    },
    stop: () => bus.close(),
  };
}

async function idsIn(outbox: pg.Pool, types: readonly string[], since: Date): Promise<string[]> {
  const { rows } = await outbox.query<{ id: string }>(
    `SELECT message ->> 'id' AS id FROM banyan_events.outbox
     WHERE message ->> 'type' = ANY ($1) AND (message ->> 'time')::timestamptz >= $2`,
    [types, since],
  );
  return rows.map(({ id }) => id);
}
