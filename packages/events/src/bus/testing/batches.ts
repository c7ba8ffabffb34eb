import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractContext } from './harness.ts';
import { messages } from './messages.ts';

/** Messages that are handled together. */
export function batchesContract({ setUp, delayMs }: ContractContext): void {
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
}
