import { randomUUID } from 'node:crypto';
import { createEventStore } from '@banyan/events/machinery';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import type pg from 'pg';
import { median } from '../median.ts';
import { openDatabase } from './database.ts';

const WRITERS = 16;
const ROUNDS = 12;
/** What ran before leaves the machine with work to do, so each has each other before it equally often. */
const ORDERS = [
  ['append', 'insert', 'emmett'],
  ['insert', 'append', 'emmett'],
  ['emmett', 'append', 'insert'],
  ['append', 'emmett', 'insert'],
  ['insert', 'emmett', 'append'],
  ['emmett', 'insert', 'append'],
];

/**
 * Events appended per second by 16 writers, each to a stream of its own and expecting its version, one event at a time,
 * waiting until it is committed. The peers in the same run: a bare INSERT of the same row into a table with the same columns
 * and indexes, one commit each, and Emmett. The store puts what several writers append at the same moment into one statement,
 * which none of the peers does. Median of interleaved rounds.
 */
export async function run({ seconds }: { seconds: number }) {
  const { url, pool, stop } = await openDatabase(WRITERS);
  const store = await createEventStore({ pool });
  const emmett = getPostgreSQLEventStore(url, { connectionOptions: { pool } as never });
  try {
    await pool.query('CREATE TABLE bare (LIKE banyan_events.events INCLUDING ALL)');
    const contenders: Record<string, Append> = {
      append: async (stream, n) => {
        await store.append(stream, [{ type: 'Rated', data: dataOf(n), subject: stream }], {
          expectedVersion: n,
          actor: 'bench',
        });
      },
      insert: (stream, n) => insert(pool, stream, n),
      emmett: async (stream, n) => {
        await emmett.appendToStream(stream, [{ type: 'Rated', data: dataOf(n) }], {
          expectedStreamVersion: n === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(n),
        });
      },
    };
    const rates: Record<string, number[]> = { append: [], insert: [], emmett: [] };
    const slice = (seconds * 1000) / ((ROUNDS + 2) * 3);
    // Two rounds first, for plans, pages and the compiler.
    for (let round = -2; round < ROUNDS; round++) {
      for (const name of ORDERS[(round + 2) % ORDERS.length]!) {
        const rate = await measure(contenders[name]!, slice);
        if (round >= 0) rates[name]!.push(rate);
      }
    }
    const [ours, bare, peer] = ['append', 'insert', 'emmett'].map((name) => median(rates[name]!)) as [
      number,
      number,
      number,
    ];
    return {
      results: [
        { name: 'append events/s', value: Math.round(ours), unit: 'events/s' },
        { name: 'bare INSERT', value: Math.round(bare), unit: 'rows/s' },
        { name: 'Emmett append', value: Math.round(peer), unit: 'events/s' },
      ],
      ratios: { 'append/insert': round2(ours / bare), 'append/emmett': round2(ours / peer) },
    };
  } finally {
    await emmett.close();
    await stop();
  }
}

/** Appends the event after version `n`. */
type Append = (stream: string, n: number) => Promise<void>;

async function measure(append: Append, milliseconds: number): Promise<number> {
  const began = performance.now();
  let count = 0;
  const write = async () => {
    const stream = `rating-${randomUUID()}`;
    for (let n = 0; performance.now() - began < milliseconds; n++) {
      await append(stream, n);
      count++;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return (count * 1000) / (performance.now() - began);
}

function dataOf(n: number) {
  return {
    userId: 'user-1234567',
    courseId: `course-${n % 100}`,
    stars: 1 + (n % 5),
    comment: 'well explained',
  };
}

async function insert(pool: pg.Pool, stream: string, n: number): Promise<void> {
  await pool.query({
    name: 'bare',
    text: `INSERT INTO bare (stream, version, id, type, type_version, subject, data, actor)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING position`,
    values: [stream, n + 1, randomUUID(), 'Rated', 1, stream, JSON.stringify(dataOf(n)), 'bench'],
  });
}

const round2 = (value: number) => Math.round(value * 100) / 100;
