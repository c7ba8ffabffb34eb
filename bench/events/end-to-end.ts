import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import { median } from '../median.ts';
import { startBenchServer } from '../server.ts';
import type { Order, Tells, Told } from './end-to-end/contracts.ts';
import { cpuByPart } from './end-to-end/cpu.ts';
import { recycleWal } from './recycled-wal.ts';

const ROUNDS = 3;
const TEN: Omit<Order, 'ms'> = { type: 'Rated', perTransaction: 10, writers: 4, window: 2_000 };
const SINGLE: Omit<Order, 'ms'> = { type: 'Rated', perTransaction: 1, writers: 16, window: 600 };
const SET: Omit<Order, 'ms'> = { type: 'Listed', perTransaction: 10, writers: 6, window: 4_000 };

/**
 * From a commit to a committed effect, publisher and consumer in processes of their own, all of it on one server: outbox, WAL,
 * relay, PostgreSQL bus, inbox, effect. As fast as it goes while what is under way stays bounded, so the lag is flat. The peer
 * in the same run: pg-boss, ten jobs to a statement, fetched and completed in batches of the same size, one effect each.
 * Median of interleaved rounds. Also prints what each part costs.
 */
export async function run({ seconds }: { seconds: number }) {
  const server = await startBenchServer({ track_commit_timestamp: 'on' });
  const urls = {
    ratings: await server.createDatabase('ratings'),
    bus: await server.createDatabase('bus'),
    reports: await server.createDatabase('reports'),
    peer: await server.createDatabase('peer'),
    peerBus: await server.createDatabase('peer_bus'),
  };
  const pool = createPool(urls.ratings, { max: 2 });
  const effects = createPool(urls.reports, { max: 2 });
  // Who subscribes first gets all.
  const ours = { consumer: await child('ours', 'consumer', urls.reports, urls.bus) } as Pair;
  ours.publisher = await child('ours', 'publisher', urls.ratings, urls.bus);
  const peer = { consumer: await child('peer', 'consumer', urls.peer, urls.peerBus) } as Pair;
  peer.publisher = await child('peer', 'publisher', urls.peer, urls.peerBus);
  try {
    const slice = Math.max(2_000, (seconds * 1_000) / (ROUNDS * 2));
    const rates = { ten: [], single: [], set: [], peer: [] } as Record<string, number[]>;
    for (const [pair, order] of [
      [ours, TEN],
      [ours, SET],
      [peer, TEN],
    ] as const) {
      await flow(pair, { ...order, ms: 2_000 });
    }
    for (let round = 0; round < ROUNDS; round++) {
      const last = round === ROUNDS - 1;
      rates.ten!.push(await told('ten to a transaction', last, () => flow(ours, { ...TEN, ms: slice })));
      rates.peer!.push(await told('pg-boss', last, () => flow(peer, { ...TEN, ms: slice }), peer));
      rates.single!.push(
        await told('one to a transaction', last, () => flow(ours, { ...SINGLE, ms: slice })),
      );
      rates.set!.push(await told('set-based', last, () => flow(ours, { ...SET, ms: slice })));
    }
    const [ten, single, set, boss] = [rates.ten!, rates.single!, rates.set!, rates.peer!].map(median) as [
      number,
      number,
      number,
      number,
    ];
    await recycleWal(pool);
    const from = await effectsSoFar();
    await flow(ours, { ...TEN, writers: 2, ms: Math.max(3_000, slice), rate: ten / 2, window: 1e9 });
    const p99 = await latency(from, 0.99);
    return {
      results: [
        { name: 'end-to-end events/s', value: Math.round(ten), unit: 'events/s' },
        { name: 'end-to-end single events/s', value: Math.round(single), unit: 'events/s' },
        { name: 'end-to-end set-based events/s', value: Math.round(set), unit: 'events/s' },
        { name: 'end-to-end p99 ms at half load', value: p99, unit: 'ms' },
        { name: 'bare pg-boss end to end', value: Math.round(boss), unit: 'jobs/s' },
      ],
      // Of the pairs that ran one after the other.
      ratios: {
        'end-to-end/pg-boss':
          Math.round(median(rates.ten!.map((rate, round) => rate / rates.peer![round]!)) * 100) / 100,
      },
    };
  } finally {
    for (const { publisher, consumer } of [ours, peer]) {
      for (const each of [publisher, consumer]) await end(each);
    }
    await Promise.all([pool.end(), effects.end()]);
    await server.stop();
  }

  /** The rate; once it has, with what each part cost for one event. */
  async function told(
    what: string,
    print: boolean,
    measure: () => Promise<{ rate: number; count: number }>,
    { publisher, consumer }: Pair = ours,
  ): Promise<number> {
    const processes = { 'publisher and relay': publisher.pid!, consumer: consumer.pid! };
    const before = await cpuByPart(pool, processes);
    const { rate, count } = await measure();
    const after = await cpuByPart(pool, processes);
    if (print) {
      const parts = [...after]
        .map(([part, ms]): [string, number] => [part, (ms - (before.get(part) ?? 0)) / count])
        .filter(([, ms]) => ms >= 0.002)
        .sort((a, b) => b[1] - a[1]);
      const all = parts.reduce((sum, [, ms]) => sum + ms, 0);
      console.log(`  CPU ms per event, ${what}: ${all.toFixed(3)}`);
      console.log(`    ${parts.map(([part, ms]) => `${part} ${ms.toFixed(3)}`).join('; ')}`);
    }
    return rate;
  }

  async function effectsSoFar(): Promise<number> {
    return (await effects.query<{ count: number }>('SELECT count(*)::int FROM effects')).rows[0]!.count;
  }

  /** From commit to commit, by the clock of the server that both are on, of all events from this one on. */
  async function latency(from: number, quantile: number): Promise<number> {
    const published = await pool.query<{ n: number; at: number }>(
      `SELECT (message #>> '{data,n}')::int AS n, extract(epoch FROM pg_xact_commit_timestamp(xid::xid))::float8 AS at
       FROM banyan_events.outbox WHERE seq > $1`,
      [from],
    );
    const done = await effects.query<{ n: number; at: number }>(
      'SELECT n, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at FROM effects WHERE n >= $1',
      [from],
    );
    const at = new Map(published.rows.map((row) => [row.n, row.at]));
    const waited = done.rows.flatMap(({ n, at: there }) => (at.has(n) ? [there - at.get(n)!] : []));
    waited.sort((a, b) => a - b);
    return Math.round(waited[Math.floor(waited.length * quantile)]! * 10_000) / 10;
  }
}

type Pair = { publisher: ChildProcess; consumer: ChildProcess };

async function child(...args: string[]): Promise<ChildProcess> {
  const started = fork(new URL('end-to-end/child.ts', import.meta.url), args, { stdio: 'inherit' });
  const up = once(started, 'message');
  await Promise.race([
    up,
    once(started, 'exit').then(() => Promise.reject(new Error(`${args.slice(0, 2)} ended`))),
  ]);
  return started;
}

async function end(process: ChildProcess | undefined): Promise<void> {
  if (!process || process.exitCode !== null) return;
  const exited = once(process, 'exit');
  tell(process, { end: true });
  await exited;
}

function tell(process: ChildProcess, told: Told): void {
  process.send(told);
}

/** Effects per second while events flow, from a second after the start on; ends when all have their effect. */
async function flow({ publisher, consumer }: Pair, order: Order): Promise<{ rate: number; count: number }> {
  let effects = -1;
  let first: number | undefined;
  let published: number | undefined;
  const onEffects = (message: Tells) => {
    if (!('effects' in message)) return;
    effects = message.effects;
    first ??= effects;
    tell(publisher, { effects });
  };
  const onPublished = (message: Tells) => {
    if ('published' in message) published = message.published;
  };
  consumer.on('message', onEffects);
  publisher.on('message', onPublished);
  try {
    while (first === undefined) await delay(2);
    tell(publisher, { order });
    await delay(1_000);
    const [from, began] = [effects, performance.now()];
    while (published === undefined) await delay(5);
    const rate = ((effects - from) * 1_000) / (performance.now() - began);
    const limit = performance.now() + 60_000;
    while (effects < published) {
      if (performance.now() > limit) throw new Error(`${effects} effects of ${published} events`);
      await delay(5);
    }
    return { rate, count: effects - first };
  } finally {
    consumer.off('message', onEffects);
    publisher.off('message', onPublished);
  }
}
