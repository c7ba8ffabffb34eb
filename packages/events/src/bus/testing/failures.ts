import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Subscription } from '../bus.ts';
import type { ContractContext } from './harness.ts';
import { deadLetters, inbox, message, messages } from './messages.ts';

/** What becomes of a message that cannot be handled. */
export function failuresContract({ harness, setUp, delayMs }: ContractContext): void {
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
    for (const text of rubbish) await harness().putRubbish(group, text);
    await bus.publish([message(made)]);
    await got.until(1);
    const letters = await deadLetters(bus, group, rubbish.length);
    for (const { reason, message } of letters) {
      assert.match(reason, /no message of a relay/);
      assert.equal(message.type, 'unreadable');
    }
    assert.deepEqual(letters.map(({ message }) => message.data.content).sort(), rubbish.map(compact).sort());
    assert.equal((await bus.dead.list({ group, type: 'unreadable' })).length, rubbish.length);
    const { putDeadRubbish } = harness();
    if (putDeadRubbish) {
      for (const text of ['null', '17', '{}']) await putDeadRubbish(group, text);
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
}

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
