import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractContext } from './harness.ts';
import { deadLetters, inbox, message, messages } from './messages.ts';

/** What operators see and do. */
export function deadLettersContract({ setUp }: ContractContext): void {
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
}
