import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressed } from './addressed.ts';
import type { DoneTogether } from './bus.ts';
import { message } from './testing/messages.ts';

const recipients = fc.array(fc.constantFrom(undefined, 'us', 'them'));
const signal = new AbortController().signal;

test('of several at once a group is given its own, and what it says of them is said of them among all', async () => {
  await fc.assert(
    fc.asyncProperty(recipients, fc.nat(), fc.boolean(), async (all, most, fails) => {
      const messages = all.map((recipient) => ({ ...message('Made'), ...(recipient && { recipient }) }));
      const done: string[] = [];
      const thrown = new Error('no');
      let broken: string | undefined;
      const { handleMany } = addressed({
        group: 'us',
        types: ['Made'],
        async handle() {},
        async handleMany(given): Promise<DoneTogether> {
          for (const { id, recipient } of given.slice(0, most)) {
            assert.notEqual(recipient, 'them');
            done.push(id);
          }
          broken = given[most]?.id;
          return { done: done.length, ...(fails && broken && { failed: { index: most, thrown } }) };
        },
      });
      const said = await handleMany!(messages, signal);
      const ours = messages.filter(({ recipient }) => recipient !== 'them').map(({ id }) => id);
      const before = messages.slice(0, said.done).map(({ id }) => id);
      assert.deepEqual(
        before.filter((id) => ours.includes(id)),
        done,
      );
      assert.equal(said.done === messages.length, done.length === ours.length);
      if (said.failed) assert.equal(messages[said.failed.index]!.id, broken);
      assert.equal(said.failed !== undefined, fails && broken !== undefined);
    }),
  );
});
