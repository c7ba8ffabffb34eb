import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isSameAddress } from './own-address.ts';

it('an address is typed as its owner types it', () => {
  assert.ok(isSameAddress(' Ada@Example.com ', 'ada@example.com'));
  assert.ok(!isSameAddress('ada@example.org', 'ada@example.com'));
  assert.ok(!isSameAddress('', 'ada@example.com'));
});
