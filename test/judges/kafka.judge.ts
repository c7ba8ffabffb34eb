import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '../../packages/events/src/bus/bus.ts';
import { openKafkaBus } from '../../packages/events/src/bus/kafka/kafka.ts';
import type { Envelope } from '../../packages/events/src/envelope.ts';
import { type Kafka, startKafka } from '../../scripts/kafka/kafka.ts';

const TYPE = 'Counted';
const KEYS = 20;
const PORTION = 20;
/** Longer than a session of the group lives (10 s), and than a client tries one request again. */
const OUTAGE_MS = 45_000;
/** For one that was away to have everything again. */
const MEND_MS = 120_000;

test('a broker that restarts in the middle, again and again: nothing is lost, and the order of each key is kept', async (t) => {
  const { kafka, bus, seen } = await setUp(t);
  const publisher = publishing(bus);
  for (let restart = 1; restart <= 3; restart++) {
    const goal = publisher.published() + 200;
    await until(() => publisher.published() >= goal, 'published');
    await kafka.restart();
  }
  const goal = publisher.published() + 200;
  await until(() => publisher.published() >= goal, 'published after the last restart');
  await publisher.end();
  await complete(seen, publisher.published());
});

test('a broker that is away for long: who publishes is told, nothing ends, and all of it comes once it is back', async (t) => {
  const { kafka, bus, seen } = await setUp(t);
  const publisher = publishing(bus);
  await until(() => publisher.published() >= 200, 'published');
  await kafka.down();
  const refused = publisher.refused();
  await delay(OUTAGE_MS);
  assert.ok(publisher.refused() > refused, 'who publishes is told that it does not go');
  await assert.rejects(bus.ping());
  await kafka.up();
  const goal = publisher.published() + 200;
  await until(() => publisher.published() >= goal, 'published after the outage');
  await publisher.end();
  await complete(seen, publisher.published());
  await bus.ping();
});

/** A broker of its own, a bus, and two subscribers of one group; `seen` has what they handled, in order, by key. */
async function setUp(t: TestContext) {
  const kafka = await startKafka();
  const options = { brokers: [kafka.address], prefix: `judge-${randomUUID().slice(0, 8)}`, partitions: 6 };
  const buses = [await openKafkaBus(options), await openKafkaBus(options)] as const;
  t.after(async () => {
    await Promise.allSettled(buses.map((bus) => bus.close()));
    await kafka.stop();
  });
  const seen = new Map<string, number[]>();
  for (const bus of buses) {
    await bus.subscribe({
      group: 'counters',
      types: [TYPE],
      delayMs: 200,
      async handle({ subject, data }) {
        const list = seen.get(subject) ?? [];
        list.push(data.n as number);
        seen.set(subject, list);
      },
    });
  }
  return { kafka, bus: buses[0], seen } satisfies { kafka: Kafka; bus: Bus; seen: unknown };
}

/** Numbered messages, portion after portion, each until the bus has taken it, as a relay does. */
function publishing(bus: Bus) {
  let published = 0;
  let refused = 0;
  let ended = false;
  const running = (async () => {
    while (!ended) {
      const messages = Array.from({ length: PORTION }, (_, at) => message(published + at));
      for (;;) {
        try {
          await bus.publish(messages);
          break;
        } catch {
          refused++;
          await delay(100);
        }
      }
      published += PORTION;
      await delay(10);
    }
  })();
  return {
    published: () => published,
    refused: () => refused,
    async end() {
      ended = true;
      await running;
    },
  };
}

function message(n: number): Envelope {
  const id = randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/judge',
    type: TYPE,
    dataversion: 1,
    kind: 'event',
    time: new Date().toISOString(),
    subject: `key-${n % KEYS}`,
    datacontenttype: 'application/json',
    correlationid: id,
    data: { n },
  };
}

/** All are there; some may have come twice, but none for the first time after one that was published later. */
async function complete(seen: ReadonlyMap<string, number[]>, count: number): Promise<void> {
  const different = () => new Set([...seen.values()].flat()).size;
  await until(
    () => different() === count,
    `${count} handled`,
    () => `${different()} are`,
  );
  for (const [key, list] of seen) {
    const first = [...new Set(list)];
    assert.deepEqual(
      first,
      first.toSorted((a, b) => a - b),
      `the order of ${key}`,
    );
  }
}

async function until(done: () => boolean, what: string, now = () => 'not yet'): Promise<void> {
  const limit = performance.now() + MEND_MS;
  while (!done()) {
    if (performance.now() > limit) assert.fail(`${what} in ${MEND_MS / 1000} s: ${now()}`);
    await delay(20);
  }
}
