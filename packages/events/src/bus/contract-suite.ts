/**
 * What every bus adapter must do, as tests: an adapter's own test file calls `busContract` with a harness. All tests of
 * one suite share one bus, each with groups and types of its own.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Envelope } from '../envelope.ts';
import type { Bus, Delivery, Subscription } from './bus.ts';

export type BusHarness = {
  /** Another connection to the same bus, as another process would have it. The suite closes it. */
  connect(): Promise<Bus>;
  /** Cuts all connections to the bus from the server's side. Left out where that cannot be done. */
  cut?(): Promise<void>;
  /** How many connections the server still sees. Left out where it cannot tell. */
  connections?(): Promise<number>;
  /** Puts something that is no message where the messages of a group come from. */
  putRubbish(group: string, text: string): Promise<void>;
  /** Puts something that is no dead letter among the dead letters of a group. Left out where the store cannot hold such a thing. */
  putDeadRubbish?(group: string, text: string): Promise<void>;
  /** The delay between attempts that tests ask for; the adapter's smallest if that is longer. Default 200. */
  delayMs?: number;
  /** Removes the bus. */
  close(): Promise<void>;
};

export function busContract(adapter: string, start: () => Promise<BusHarness>): void {
  describe(`the ${adapter} bus`, () => {
    let harness: BusHarness;
    const open = new Set<Bus>();
    before(async () => {
      harness = await start();
    });
    after(async () => {
      await Promise.allSettled([...open].map((bus) => bus.close()));
      await harness?.close();
    });

    /** A bus that is closed with its test, and names that no other test has. */
    const setUp = async (t: TestContext) => {
      const connect = async () => {
        const bus = await harness.connect();
        open.add(bus);
        t.after(async () => {
          open.delete(bus);
          await bus.close();
        });
        return bus;
      };
      const unique = `t${++tests}x${Math.random().toString(36).slice(2, 8)}`;
      const types = { made: `Made${unique}`, gone: `Gone${unique}`, other: `Other${unique}` };
      return { bus: await connect(), connect, group: `group-${unique}`, ...types };
    };
    const delayMs = () => harness.delayMs ?? 200;

    test('every group gets every message, one subscriber of each group', async (t) => {
      const { bus, connect, group, made } = await setUp(t);
      const second = await connect();
      const competing = inbox();
      const alone = inbox();
      await bus.subscribe(competing.as(group, [made]));
      await second.subscribe(competing.as(group, [made]));
      await second.subscribe(alone.as(`${group}.b`, [made]));
      const sent = messages(40, made, (n) => `key-${n}`);
      await bus.publish(sent.slice(0, 15));
      await bus.publish(sent.slice(15));
      await Promise.all([competing.until(40), alone.until(40)]);
      await Promise.all([bus.close(), second.close()]);
      assert.deepEqual(competing.ids().sort(), sent.map(({ id }) => id).sort());
      assert.deepEqual(alone.ids().sort(), sent.map(({ id }) => id).sort());
    });

    test('a message arrives as it was published', async (t) => {
      const { bus, group, made } = await setUp(t);
      const got = inbox();
      await bus.subscribe(got.as(group, [made]));
      const whole: Envelope = {
        ...message(made, 'žluťoučký kůň/1:2', { deep: { list: [1, 2.5, null, true, '\\u0041"\'', '😀'] } }),
        dataversion: 3,
        causationid: randomUUID(),
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
        cohort: 'service',
      };
      await bus.publish([whole]);
      await got.until(1);
      assert.deepEqual(got.messages[0], whole);
      assert.deepEqual(got.deliveries[0], { attempt: 1 });
    });

    test('what is published while no subscriber of a group runs waits for it', async (t) => {
      const { bus, connect, group, made } = await setUp(t);
      const subscriber = await bus.subscribe(inbox().as(group, [made]));
      await subscriber.stop();
      await bus.close();
      const other = await connect();
      const sent = messages(5, made);
      await other.publish(sent);
      const got = inbox();
      await (await connect()).subscribe(got.as(group, [made]));
      await got.until(5);
      assert.deepEqual(got.ids().sort(), sent.map(({ id }) => id).sort());
    });

    test('a group gets only the types it asked for; a type that nobody asked for is no error', async (t) => {
      const { bus, group, made, gone, other } = await setUp(t);
      const got = inbox();
      await bus.subscribe(got.as(group, [made, gone]));
      await bus.publish([message(other), message(made), message(other), message(gone)]);
      await got.until(2);
      assert.deepEqual(got.messages.map(({ type }) => type).sort(), [gone, made].sort());
    });

    test('a rejected message comes again after the delay; others do not wait for it', async (t) => {
      const { bus, group, made } = await setUp(t);
      const at: number[] = [];
      const got = inbox((got, { attempt }) => {
        if (got.subject !== 'bad') return;
        at.push(performance.now());
        if (attempt < 3) throw new Error(`attempt ${attempt} failed`);
      });
      await bus.subscribe(got.as(group, [made], { delayMs: delayMs() }));
      await bus.publish([message(made, 'bad'), message(made, 'good')]);
      await got.until(2);
      assert.deepEqual(
        got.messages.map(({ subject }) => subject),
        ['good', 'bad'],
      );
      assert.equal(got.deliveries[1]?.attempt, 3);
      assert.equal(at.length, 3);
      // A clock on the server and one here: leave it a tenth.
      assert.ok(at[1]! - at[0]! >= delayMs() * 0.9 && at[2]! - at[1]! >= delayMs() * 0.9);
      assert.deepEqual(await bus.dead.list({ group }), []);
    });

    test('a message that fails at every attempt becomes a dead letter with the reason', async (t) => {
      const { bus, group, made } = await setUp(t);
      const attempts: number[] = [];
      const got = inbox((got, { attempt }) => {
        if (got.subject !== 'bad') return;
        attempts.push(attempt);
        throw new Error('the cellar is flooded');
      });
      await bus.subscribe(got.as(group, [made], { attempts: 2, delayMs: delayMs() }));
      const bad = message(made, 'bad', { n: 7 });
      await bus.publish([bad]);
      const [letter] = await deadLetters(bus, group, 1);
      assert.deepEqual(attempts, [1, 2]);
      assert.deepEqual(letter?.message, bad);
      assert.equal(letter.group, group);
      assert.match(letter.reason, /the cellar is flooded/);
      assert.equal(letter.attempts, 2);
      assert.match(letter.diedAt, /^\d{4}-\d\d-\d\dT.*Z$/);
      await bus.publish([message(made, 'good')]);
      await got.until(1);
      assert.deepEqual(attempts, [1, 2]);
    });

    test('a permanent error makes a dead letter at the first attempt', async (t) => {
      const { bus, group, made } = await setUp(t);
      const got = inbox(() => {
        throw Object.assign(new Error('never will'), { permanent: true });
      });
      await bus.subscribe(got.as(group, [made]));
      await bus.publish([message(made)]);
      const [letter] = await deadLetters(bus, group, 1);
      assert.equal(letter?.attempts, 1);
      assert.match(letter.reason, /never will/);
    });

    test('whatever a handler throws is a failure: three attempts, then dead, and nothing of its key overtakes it', async (t) => {
      const { bus, group, made } = await setUp(t);
      const attempts = new Map<string, number>();
      const overtaken: string[] = [];
      const got = inbox(async ({ subject, data }) => {
        if (data.n !== 0) {
          if (bus.order === 'per-key' && attempts.get(subject) !== 3) overtaken.push(subject);
          return;
        }
        attempts.set(subject, (attempts.get(subject) ?? 0) + 1);
        throw THROWN[subject];
      });
      await bus.subscribe(got.as(group, [made], { delayMs: delayMs() }));
      const names = Object.keys(THROWN);
      await bus.publish(
        names.flatMap((name) => [message(made, name, { n: 0 }), message(made, name, { n: 1 })]),
      );
      const letters = await deadLetters(bus, group, names.length);
      await got.until(names.length);
      assert.deepEqual(overtaken, []);
      assert.deepEqual(Object.fromEntries(attempts), Object.fromEntries(names.map((name) => [name, 3])));
      for (const { reason, attempts } of letters) {
        assert.ok(reason.length > 0);
        assert.equal(attempts, 3);
      }
    });

    test('what is no message becomes a dead letter with the reason, and the rest goes on', async (t) => {
      const { bus, group, made } = await setUp(t);
      const got = inbox();
      await bus.subscribe(got.as(group, [made]));
      const rubbish = [
        'null',
        '17',
        '[]',
        '{}',
        '{"type":"x"}',
        ...(bus.adapter === 'postgres' ? [] : ['no JSON']),
      ];
      for (const text of rubbish) await harness.putRubbish(group, text);
      await bus.publish([message(made)]);
      await got.until(1);
      const letters = await deadLetters(bus, group, rubbish.length);
      for (const { reason, message } of letters) {
        assert.match(reason, /no message of a relay/);
        assert.equal(message.type, 'unreadable');
      }
      assert.deepEqual(
        letters.map(({ message }) => message.data.content).sort(),
        rubbish.map(compact).sort(),
      );
      assert.equal((await bus.dead.list({ group, type: 'unreadable' })).length, rubbish.length);
      if (harness.putDeadRubbish) {
        for (const text of ['null', '17', '{}']) await harness.putDeadRubbish(group, text);
        await bus.publish([message(made)]);
        await got.until(2);
        await bus.dead.list();
      }
      assert.ok((await bus.dead.drop({ group })) >= rubbish.length);
      assert.deepEqual(await bus.dead.list({ group }), []);
    });

    test('handlers that never return free their places when their time is over, and hold up nobody else', async (t) => {
      const { bus, group, made } = await setUp(t);
      const signals: AbortSignal[] = [];
      const others: string[] = [];
      const subscription: Subscription = {
        group,
        types: [made],
        concurrency: 6,
        attempts: 1,
        timeLimitMs: 5_000,
        async handle({ subject }, _delivery, signal) {
          if (subject.startsWith('hangs')) {
            signals.push(signal);
            await new Promise(() => {});
          }
          others.push(subject);
        },
        async handleMany(messages) {
          if (messages.some(({ subject }) => subject.startsWith('hangs'))) throw new Error('not together');
          others.push(...messages.map(({ subject }) => subject));
          return { done: messages.length };
        },
      };
      await bus.subscribe(subscription);
      await bus.publish([
        ...messages(4, made, (n) => `hangs-${n}`),
        ...messages(40, made, (n) => `other-${n}`),
      ]);
      while (others.length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(
        signals.every(({ aborted }) => !aborted),
        'nobody waited for those that hang',
      );
      const letters = await deadLetters(bus, group, 4);
      assert.equal(signals.length, 4);
      assert.ok(signals.every(({ aborted }) => aborted));
      for (const { reason } of letters) assert.match(reason, /did not come to an end in its time/);
    });

    test('several that come together are handled together; after a failure the others are done alone', async (t) => {
      const { bus, group, made } = await setUp(t);
      const together: number[] = [];
      const alone: string[] = [];
      const tried: number[] = [];
      const done = new Set<unknown>();
      await bus.subscribe({
        group,
        types: [made],
        delayMs: delayMs(),
        async handle({ subject, data }, { attempt }) {
          if (data.n === 7) tried.push(attempt);
          alone.push(subject);
          done.add(data.n);
        },
        async handleMany(messages) {
          together.push(messages.length);
          const index = messages.findIndex(({ data }) => data.n === 7 && tried.length === 0);
          if (index >= 0) {
            tried.push(1);
            return { done: 0, failed: { index, thrown: new Error('not this one') } };
          }
          // The last one is left over.
          for (const { data } of messages.slice(0, -1)) done.add(data.n);
          return { done: messages.length - 1 };
        },
      });
      await bus.publish(messages(40, made, (n) => `key-${n}`));
      while (done.size < 40) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(together.length > 0 && alone.length > 0);
      assert.ok(tried[0] === 1 && tried.length <= 2, `attempts ${tried}`);
      assert.deepEqual(await bus.dead.list({ group }), []);
    });

    test('dead letters are listed by group and type, given again, and forgotten', async (t) => {
      const { bus, connect, group, made, gone } = await setUp(t);
      let broken = true;
      const fails = () => {
        if (broken) throw Object.assign(new Error('down'), { permanent: true });
      };
      const got = inbox(fails);
      const elsewhere = inbox();
      await bus.subscribe(got.as(group, [made, gone]));
      await bus.subscribe(elsewhere.as(`${group}.b`, [made]));
      const sent = [...messages(3, made), ...messages(2, gone)];
      await bus.publish(sent);
      const letters = await deadLetters(bus, group, 5);
      await elsewhere.until(3);
      assert.equal((await bus.dead.list({ group, type: gone })).length, 2);
      assert.equal((await bus.dead.list({ group, limit: 4 })).length, 4);
      assert.deepEqual(await bus.dead.list({ group: `${group}.b` }), []);

      broken = false;
      const operator = await connect();
      const one = letters.find(({ message }) => message.type === made)!;
      assert.equal(await operator.dead.replay({ ids: [one.id] }), 1);
      await got.until(1);
      assert.equal(got.messages[0]?.id, one.message.id);
      assert.equal(got.deliveries[0]?.attempt, 1);
      const dropped = letters.find(({ message }) => message.type === gone)!;
      assert.equal(await operator.dead.drop({ ids: [dropped.id] }), 1);
      assert.equal(await operator.dead.drop({ ids: [dropped.id] }), 0);
      assert.equal(await operator.dead.replay({ group }), 3);
      await got.until(4);
      assert.deepEqual(await operator.dead.list({ group }), []);
      await bus.close();
      const expected = sent.filter(({ id }) => id !== dropped.message.id).map(({ id }) => id);
      assert.deepEqual(got.ids().sort(), expected.sort());
      assert.equal(elsewhere.messages.length, 3, 'another group is not given it again');

      broken = true;
      const again = await connect();
      await again.subscribe(got.as(group, [made, gone]));
      await again.publish([message(made), message(made)]);
      await deadLetters(again, group, 2);
      assert.equal(await again.dead.drop({ group }), 2);
      assert.equal(await again.dead.replay({ group }), 0);
    });

    test('messages of one key keep their order, also when one fails, and across subscribers', async (t) => {
      const { bus, connect, group, made, gone } = await setUp(t);
      if (bus.order !== 'per-key') return t.skip('this adapter promises no order');
      const second = await connect();
      const failOnce = new Set<string>();
      const handling = new Set<string>();
      const got = inbox(async ({ id, subject, data }) => {
        assert.ok(!handling.has(subject), 'two messages of one key at the same time');
        handling.add(subject);
        await new Promise((resolve) => setImmediate(resolve));
        handling.delete(subject);
        if ((data.n as number) % 37 === 5 && !failOnce.has(id)) {
          failOnce.add(id);
          throw new Error('once');
        }
      });
      await bus.subscribe(got.as(group, [made, gone], { delayMs: delayMs() }));
      await second.subscribe(got.as(group, [made, gone], { delayMs: delayMs() }));
      const sent = Array.from({ length: 240 }, (_, n) =>
        message(n % 3 === 0 ? gone : made, `key-${n % 12}`, { n }),
      );
      for (let at = 0; at < sent.length; at += 50) await bus.publish(sent.slice(at, at + 50));
      await got.until(240);
      for (let key = 0; key < 12; key++) {
        const order = got.messages
          .filter(({ subject }) => subject === `key-${key}`)
          .map(({ data }) => data.n);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => (a as number) - (b as number)),
        );
      }
      assert.ok(failOnce.size > 0);
    });

    test('a dead letter does not hold back its key', async (t) => {
      const { bus, group, made } = await setUp(t);
      const got = inbox(({ data }) => {
        if (data.n === 0) throw new Error('always');
      });
      await bus.subscribe(got.as(group, [made], { attempts: 2, delayMs: delayMs() }));
      await bus.publish(messages(4, made, () => 'one'));
      await got.until(3);
      assert.deepEqual(got.messages.map(({ data }) => data.n).sort(), [1, 2, 3]);
      await deadLetters(bus, group, 1);
    });

    test('as many messages are in hand at once as the concurrency allows, and no more', async (t) => {
      const { bus, group, made } = await setUp(t);
      let inHand = 0;
      let most = 0;
      const gate = Promise.withResolvers<void>();
      const got = inbox(async () => {
        most = Math.max(most, ++inHand);
        if (inHand === 4) gate.resolve();
        await gate.promise;
        await new Promise((resolve) => setImmediate(resolve));
        inHand--;
      });
      await bus.subscribe(got.as(group, [made], { concurrency: 4 }));
      await bus.publish(messages(24, made, (n) => `key-${n}`));
      await got.until(24);
      assert.equal(most, 4);
    });

    test('a subscriber that stops finishes what it has in hand and takes no more', async (t) => {
      const { bus, connect, group, made } = await setUp(t);
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const got = inbox(async () => {
        started.resolve();
        await gate.promise;
      });
      const subscriber = await bus.subscribe(got.as(group, [made], { concurrency: 1 }));
      await bus.publish(messages(3, made));
      await started.promise;
      const stopped = subscriber.stop().then(() => got.messages.length);
      gate.resolve();
      const done = await stopped;
      assert.equal(done, 1);
      const rest = inbox();
      await (await connect()).subscribe(rest.as(group, [made]));
      await rest.until(2);
      assert.equal(got.messages.length, 1);
      assert.equal(new Set([...got.ids(), ...rest.ids()]).size, 3);
    });

    test('a message of 200 KiB and a batch of 2,000 get through', async (t) => {
      const { bus, group, made } = await setUp(t);
      const got = inbox();
      await bus.subscribe(got.as(group, [made]));
      const large = message(made, 'large', { text: 'x'.repeat(200 * 1024) });
      await bus.publish([large]);
      await got.until(1);
      assert.deepEqual(got.messages[0], large);
      await bus.publish(messages(2000, made, (n) => `key-${n % 500}`));
      // Some of them twice, perhaps: at least once is what a bus promises.
      await got.untilDifferent(2001);
    });

    test('lost connections are made again: nothing is lost, publishing and handling go on', async (t) => {
      const { bus, group, made } = await setUp(t);
      if (!harness.cut) return t.skip('connections of this bus cannot be cut from here');
      const errors: Error[] = [];
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const got = inbox(async () => {
        started.resolve();
        await gate.promise;
      });
      await bus.subscribe(got.as(group, [made], { onError: (error) => errors.push(error) }));
      const before = messages(10, made, (n) => `key-${n}`);
      await bus.publish(before);
      await started.promise;
      await harness.cut();
      gate.resolve();
      const later = messages(10, made, (n) => `key-${n}`);
      await insistently(() => bus.publish(later));
      await got.untilIds([...before, ...later].map(({ id }) => id));
      await insistently(() => bus.ping());
    });

    test('a closed bus refuses and leaves nothing open', async (t) => {
      const { bus, group, made } = await setUp(t);
      await bus.ping();
      await bus.subscribe(inbox().as(group, [made]));
      await Promise.all([bus.close(), bus.close()]);
      await assert.rejects(bus.publish([message(made)]));
      await assert.rejects(bus.ping());
      if (harness.connections) assert.equal(await harness.connections(), 0);
    });
  });
}

let tests = 0;

/** What handlers may throw, by name. */
const THROWN: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'empty text': '',
  symbol: Symbol('no'),
  'no text': Object.create(null),
  cycle: (() => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    return cycle;
  })(),
  'NUL and half a pair': new Error('a\0b\ud800c'),
  'getters that throw': Object.defineProperties(new Error(), {
    message: {
      get() {
        throw new Error('no text');
      },
    },
    permanent: {
      get() {
        throw new Error('no answer');
      },
    },
  }),
  'a proxy that throws': new Proxy(new Error(), {
    get() {
      throw new Error('no');
    },
    getPrototypeOf() {
      throw new Error('no');
    },
  }),
};

/** As a store that keeps JSON gives it back, and the others as it was put. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function message(type: string, subject = 'a key', data: Record<string, unknown> = {}): Envelope {
  const id = randomUUID();
  const at = { time: new Date().toISOString(), subject, datacontenttype: 'application/json' as const };
  const what = { id, source: '/test/suite', type, dataversion: 1, kind: 'event' as const };
  return { specversion: '1.0', ...what, ...at, correlationid: id, data };
}

function messages(
  count: number,
  type: string,
  subject: (n: number) => string = (n) => `key-${n}`,
): Envelope[] {
  return Array.from({ length: count }, (_, n) => message(type, subject(n), { n }));
}

/** What subscribers were given and `work` did not reject, and promises for when enough of it is there. */
function inbox(work: (message: Envelope, delivery: Delivery) => Promise<void> | void = () => {}) {
  const got: Envelope[] = [];
  const deliveries: Delivery[] = [];
  const waiting = new Set<() => void>();
  const untilTrue = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return {
    messages: got,
    deliveries,
    ids: () => got.map(({ id }) => id),
    as: (group: string, types: string[], options: Partial<Subscription> = {}): Subscription => ({
      group,
      types,
      ...options,
      async handle(message, delivery) {
        await work(message, delivery);
        got.push(message);
        deliveries.push(delivery);
        for (const wake of waiting) wake();
        waiting.clear();
      },
    }),
    until: (count: number) => untilTrue(() => got.length >= count),
    untilDifferent: (count: number) => untilTrue(() => new Set(got.map(({ id }) => id)).size >= count),
    untilIds: (ids: string[]) => untilTrue(() => ids.every((id) => got.some((message) => message.id === id))),
  };
}

/** Nothing tells when a letter has arrived: asked for until it is there, the test's time limit is the limit. */
async function deadLetters(bus: Bus, group: string, count: number) {
  for (;;) {
    const letters = await bus.dead.list({ group });
    if (letters.length >= count) return letters;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A publisher whose connection was cut tries again, as the relay does. */
async function insistently(run: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
