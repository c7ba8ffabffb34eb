import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, openPostgresBus, slotName, startRelay } from '@banyan/events/machinery';
import { createPool, dropSlot } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { type Link, type LinkConfig, openLink } from '@banyan/replication';
import type pg from 'pg';
import { loadFacts } from '../applier/facts.ts';
import { contracts } from './account-facts.ts';
import { ACCOUNTS_TABLE, FACTS } from './bank-plan.ts';

const ACCOUNTS = 'CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, note text)';
/** Accounts there are at first, `1..KEYS`, each with nothing on it. */
export const KEYS = 200;
const log = { info() {}, warn() {}, error() {} };

export type World = {
  legacy: pg.Pool;
  service: pg.Pool;
  forward: LinkConfig;
  reverse: LinkConfig;
  /** What a consumer has got, in its order. */
  got: Envelope[];
  /** Starts the service's relay, as the service would. */
  relay(): void;
  /** Until the consumer has got all that is in the outbox. */
  delivered(): Promise<void>;
  /** Done at the end, the last one first, before the databases are left. */
  atEnd: (() => Promise<unknown> | unknown)[];
};

/** Monolith and service with one table, and a consumer. The service itself has never started. */
export async function world(t: TestContext, service: string): Promise<World> {
  const server = await testServer();
  const [legacyUrl, serviceUrl] = [await server.database('legacy'), await server.database(service)];
  const [legacy, own] = [createPool(legacyUrl, { max: 6 }), createPool(serviceUrl, { max: 6 })];
  await legacy.query(ACCOUNTS);
  await own.query(ACCOUNTS);
  await legacy.query(`INSERT INTO accounts SELECT i, 0 FROM generate_series(1, ${KEYS}) AS i`);
  const common = { service, tables: [ACCOUNTS_TABLE], salt: 'bank' };
  const forward: LinkConfig = { ...common, direction: 'forward', source: legacyUrl, target: serviceUrl };
  const reverse: LinkConfig = { ...common, direction: 'reverse', source: serviceUrl, target: legacyUrl };
  // Each world's own: another world's consumer of the same group would get some of the messages.
  const bus = await openPostgresBus({ url: await server.database('facts_bus') });
  const got: Envelope[] = [];
  const known = new Set<string>();
  await bus.subscribe({
    group: service,
    types: Object.keys(contracts.events),
    handle: async (message) => {
      // The bus may bring a message again: its id is known then, as the inbox knows it.
      if (message.source !== `/${contracts.system}/${service}` || known.has(message.id)) return;
      known.add(message.id);
      got.push(message);
    },
  });
  const atEnd: World['atEnd'] = [];
  t.after(async () => {
    for (const end of atEnd.reverse()) await end();
    await dropSlot(own, await slotName(own), { force: true });
    await bus.close();
    for (const config of [forward, reverse]) await openLink(config).drop();
    await Promise.all([legacy.end(), own.end()]);
  });
  return {
    legacy,
    service: own,
    forward,
    reverse,
    got,
    relay() {
      const relay = startRelay({ databaseUrl: serviceUrl, pool: own, bus, log });
      atEnd.push(() => relay.close());
    },
    atEnd,
    async delivered() {
      for (;;) {
        const { rows } = await own.query('SELECT count(*)::int AS count FROM banyan_events.outbox');
        if (got.length >= rows[0].count) return;
        await delay(10, undefined, { signal: t.signal });
      }
    },
  };
}

/** Of each account. */
export async function balancesIn(db: pg.Pool): Promise<Map<number, number>> {
  const { rows } = await db.query('SELECT id, balance FROM accounts ORDER BY id');
  return new Map(rows.map(({ id, balance }) => [id, balance]));
}

/** Runs the forward link with its facts in this process. */
export async function streamHere(
  { forward, atEnd }: Pick<World, 'forward' | 'atEnd'>,
  url = FACTS,
): Promise<Link> {
  const { service: name, target: database, tables } = forward;
  const facts = await loadFacts({ name, database, facts: url, tables });
  const link = openLink(forward, { observer: facts!.observer });
  await link.prepare();
  await facts!.prepare();
  await link.copy();
  await startStreaming(link, atEnd);
  return link;
}

/** The link back, in this process. */
export async function streamBackHere({ reverse, atEnd }: Pick<World, 'reverse' | 'atEnd'>): Promise<Link> {
  const link = openLink(reverse);
  await link.prepare();
  await startStreaming(link, atEnd);
  return link;
}

/** Resolves once it has caught up. */
async function startStreaming(link: Link, atEnd: World['atEnd']): Promise<void> {
  const stop = new AbortController();
  const streaming = link.stream({ signal: stop.signal });
  atEnd.push(async () => {
    stop.abort();
    await streaming;
  });
  await Promise.race([link.barrier({ timeoutMs: 60_000 }), streaming]);
}
