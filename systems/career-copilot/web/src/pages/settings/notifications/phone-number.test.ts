import assert from 'node:assert/strict';
import { it } from 'node:test';
import { phoneNumberIn } from './phone-number.ts';

it('a number is understood as people write it, if it says its country', () => {
  for (const typed of ['+4915112345678', '+49 151 1234-5678', '0049 (151) 12345678', '+49 (0)151 12345678'])
    assert.equal(phoneNumberIn(typed), '+4915112345678', typed);
  for (const typed of ['', '0151 12345678', '+0 151 1234567', '+49 call me', '+49 1'])
    assert.equal(phoneNumberIn(typed), null, typed);
});
