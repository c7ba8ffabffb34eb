import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterMetadata, ExtendedGroupProtocolSubscription } from '@platformatic/kafka';
import fc from 'fast-check';
import { assignTogether, eligibleMembers } from './assign.ts';

function assign(members: Record<string, string[]>, partitions: number) {
  const joined = new Map(
    Object.entries(members).map(([memberId, types]) => [
      memberId,
      { memberId, version: 0, metadata: JSON.stringify({ types }) } as ExtendedGroupProtocolSubscription,
    ]),
  );
  const topic = { id: '', partitions: [], partitionsCount: partitions, lastUpdate: 0 };
  const metadata = { topics: new Map(['messages', 'retry'].map((name) => [name, topic])) };
  const topics = new Set(['messages', 'retry']);
  return assignTogether('', joined, topics, metadata as unknown as ClusterMetadata).map(
    ({ memberId, assignments }) => ({
      memberId,
      messages: assignments.get('messages')!.partitions,
      retry: assignments.get('retry')!.partitions,
    }),
  );
}

test('every partition has one owner, who has the same partition of the retry topic', () => {
  const members = fc.dictionary(
    fc.string({ minLength: 1 }),
    fc.subarray(['A', 'B', 'C']).map((types) => types),
    { minKeys: 1, maxKeys: 5 },
  );
  fc.assert(
    fc.property(members, fc.integer({ min: 1, max: 12 }), (joined, partitions) => {
      const assigned = assign(joined, partitions);
      const owned = assigned.flatMap(({ messages }) => messages).sort((a, b) => a - b);
      assert.deepEqual(
        owned,
        Array.from({ length: partitions }, (_, n) => n),
      );
      for (const { messages, retry } of assigned) assert.deepEqual(messages, retry);
    }),
  );
});

test('an older version gets nothing while a newer one, which handles more, is there', () => {
  const [older, newer] = assign({ a: ['Made'], b: ['Made', 'Gone'] }, 4);
  assert.deepEqual(older?.messages, []);
  assert.deepEqual(newer?.messages, [0, 1, 2, 3]);
});

test('members of which none handles all share the work', () => {
  assert.deepEqual(
    eligibleMembers(
      new Map([
        ['b', ['Gone']],
        ['a', ['Made']],
      ]),
    ),
    ['a', 'b'],
  );
});
