import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractContext } from './harness.ts';
import { inbox, insistently, message, messages } from './messages.ts';

/** What becomes of a bus whose connections are lost, or closed. */
export function connectionsContract({ harness, setUp }: ContractContext): void {
  test('lost connections are made again: nothing is lost, publishing and handling go on', async (t) => {
    const { bus, group, made } = await setUp(t);
    const { cut } = harness();
    if (!cut) return t.skip('connections of this bus cannot be cut from here');
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
    await cut();
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
    const connections = await harness().connections?.();
    if (connections !== undefined) assert.equal(connections, 0);
  });
}
