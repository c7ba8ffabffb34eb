import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractContext } from './harness.ts';
import { deadLetters, inbox, message, messages } from './messages.ts';

/** Messages of one key. */
export function orderContract({ setUp, delayMs }: ContractContext): void {
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
      const order = got.messages.filter(({ subject }) => subject === `key-${key}`).map(({ data }) => data.n);
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
}
