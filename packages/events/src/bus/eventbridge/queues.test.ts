import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { queueName, ruleName } from './queues.ts';

const groups = fc.stringMatching(/^[A-Za-z0-9._-]{1,120}$/);
const prefixes = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/);

test('names fit what AWS allows, and say their purpose', () => {
  fc.assert(
    fc.property(prefixes, groups, (prefix, group) => {
      assert.match(queueName(prefix, group, 'messages'), /^[A-Za-z0-9_-]{1,80}$/);
      assert.match(queueName(prefix, group, 'dead'), /^[A-Za-z0-9_-]{1,75}-dead$/);
      assert.match(ruleName(prefix, group), /^[A-Za-z0-9_-]{1,64}$/);
    }),
  );
});

test('groups that differ only where a name is cut have names of their own', () => {
  const [one, other] = ['a', 'b'].map((first) => `${first}${'x'.repeat(70)}`);
  for (const name of [ruleName, (prefix: string, group: string) => queueName(prefix, group, 'dead')]) {
    assert.notEqual(name('shop', one!), name('shop', other!));
    assert.notEqual(name('shop', `${one}1`), name('shop', `${one}2`));
  }
  assert.notEqual(queueName('shop', 'a.b', 'dead'), queueName('shop', 'a-b', 'dead'));
});
