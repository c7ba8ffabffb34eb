import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_STEP, stepAfter } from './login-step.ts';

describe('a login', () => {
  const atCode = stepAfter(FIRST_STEP, 'CODE_NEEDED');

  it('asks for a code when one is needed, which is no failure', () => {
    assert.deepEqual(atCode, { asks: 'code', refusal: null });
  });

  it('stays at the password while that is wrong', () => {
    assert.deepEqual(stepAfter(FIRST_STEP, 'BAD_LOGIN'), { asks: 'password', refusal: 'BAD_LOGIN' });
  });

  it('says that it was the code once the password was good', () => {
    assert.deepEqual(stepAfter(atCode, 'BAD_LOGIN'), { asks: 'code', refusal: 'WRONG_CODE' });
  });

  it('passes on whatever else was wrong, where it was asked', () => {
    assert.deepEqual(stepAfter(atCode, 'CODES_LOCKED'), { asks: 'code', refusal: 'CODES_LOCKED' });
    assert.deepEqual(stepAfter(FIRST_STEP, 'OFFLINE'), { asks: 'password', refusal: 'OFFLINE' });
  });
});
