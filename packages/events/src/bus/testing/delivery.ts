import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Envelope } from '../../envelope.ts';
import type { ContractContext } from './harness.ts';
import { inbox, message, messages } from './messages.ts';

/** What reaches whom, and how much at once. */
export function deliveryContract({ setUp }: ContractContext): void {
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

  test('what is for one group reaches no other, together with others or alone, and stays in its place', async (t) => {
    const { bus, group, made } = await setUp(t);
    const groups = [group, `${group}.b`, `${group}.c`] as const;
    const got = groups.map(() => inbox());
    await bus.subscribe(got[0]!.as(groups[0], [made]));
    await bus.subscribe(got[1]!.as(groups[1], [made]));
    const together = inbox();
    await bus.subscribe({
      ...together.as(groups[2], [made]),
      async handleMany(messages, signal) {
        for (const each of messages)
          await together.as(groups[2], [made]).handle(each, { attempt: 1 }, signal);
        return { done: messages.length };
      },
    });
    // For the first group, for the third, for all; all of one key.
    const sent = messages(12, made, () => 'one key').map((each, n) => ({
      ...each,
      ...(n % 3 === 2 ? {} : { recipient: groups[n % 3 === 0 ? 0 : 2] }),
    }));
    await bus.publish(sent.slice(0, 5));
    await bus.publish(sent.slice(5));
    const ids = (wanted: readonly number[]) =>
      sent.filter((_, n) => wanted.includes(n % 3)).map(({ id }) => id);
    await Promise.all([got[0]!.untilDifferent(8), got[1]!.untilDifferent(4), together.untilDifferent(8)]);
    await bus.close();
    for (const [inboxOf, wanted] of [
      [got[0]!, ids([0, 2])],
      [got[1]!, ids([2])],
      [together, ids([1, 2])],
    ] as const) {
      const heard = [...new Set(inboxOf.ids())];
      assert.deepEqual(
        bus.order === 'per-key' ? heard : heard.sort(),
        bus.order === 'per-key' ? wanted : wanted.sort(),
      );
    }
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

  test('as many messages are in flight at once as the concurrency allows, and no more', async (t) => {
    const { bus, group, made } = await setUp(t);
    let inFlight = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const got = inbox(async () => {
      most = Math.max(most, ++inFlight);
      if (inFlight === 4) gate.resolve();
      await gate.promise;
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
    });
    await bus.subscribe(got.as(group, [made], { concurrency: 4 }));
    await bus.publish(messages(24, made, (n) => `key-${n}`));
    await got.until(24);
    assert.equal(most, 4);
  });

  test('a subscriber that stops finishes what it has in flight and takes no more', async (t) => {
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
}
