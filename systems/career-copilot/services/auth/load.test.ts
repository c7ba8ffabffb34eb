import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hash } from '@node-rs/bcrypt';
import { demoPassword } from '../../monolith/generate.ts';
import { passwordOf, passwordThere } from './load.ts';

it('an audit knows which password is the one that lets in', async () => {
  const there = async (password: string) => await passwordThere(7, [1, 2], await hash(password, { cost: 4 }));
  for (const n of [1, 2]) assert.equal(await there(passwordOf(7, n)), n);
  assert.equal(await there(demoPassword(7)), 0);
  assert.equal(await there('something else'), -1);
});

it('an audit takes a password that was set after the journal was read', async () => {
  assert.equal(await passwordThere(7, [1, 2], await hash(passwordOf(7, 3), { cost: 4 })), 3);
});
