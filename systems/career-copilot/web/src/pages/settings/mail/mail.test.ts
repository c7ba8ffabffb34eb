import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isAddress, mailSearch, withSender } from './mail.ts';

it('a sender is one, however it is typed', () => {
  assert.deepEqual(withSender(['ada@example.com'], ' Ada@Example.com '), ['ada@example.com']);
  assert.deepEqual(withSender(['ada@example.com'], 'ada@work.example'), [
    'ada@example.com',
    'ada@work.example',
  ]);
});

it('an address is one of mail', () => {
  assert.ok(isAddress(' ada@example.com '));
  for (const typed of ['', 'ada', 'ada@', 'a b@example.com', `${'a'.repeat(200)}@example.com`])
    assert.ok(!isAddress(typed), typed);
});

it('a proposal has an address', () => {
  assert.deepEqual(mailSearch({ proposal: 12 }), { proposal: 12 });
  assert.deepEqual(mailSearch({ proposal: 'twelve' }), {});
});
