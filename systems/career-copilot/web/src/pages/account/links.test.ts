import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenIn, withNext } from './links.ts';

describe('a link of an e-mail', () => {
  it('has its token in the fragment', () => {
    assert.equal(tokenIn('token=abc.def'), 'abc.def');
    assert.equal(tokenIn('#token=abc.def'), 'abc.def');
  });

  it('has none where there is nothing that the API would take', () => {
    for (const fragment of ['', '#', 'token=', 'other=1', `token=${'a'.repeat(129)}`])
      assert.equal(tokenIn(fragment), null, fragment);
  });
});

describe('the way between pages without a login', () => {
  it('keeps the page that was asked for', () => {
    assert.equal(withNext('/register', '/jobs?q=a'), '/register?next=%2Fjobs%3Fq%3Da');
    assert.equal(withNext('/register', undefined), '/register');
  });

  it('drops what is no page of ours', () => {
    for (const next of ['https://evil.example', '//evil.example', 'javascript:alert(1)'])
      assert.equal(withNext('/login', next), '/login');
  });
});
