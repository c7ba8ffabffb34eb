import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { ensureToken, findToken } from './token.ts';

const directory = mkdtempSync(join(tmpdir(), 'banyan-token-'));
const file = join(directory, '.banyan/token');
const plan = resolvePlan(aPlan());
const given = process.env.BANYAN_TOKEN;
delete process.env.BANYAN_TOKEN;
after(() => {
  if (given !== undefined) process.env.BANYAN_TOKEN = given;
  rmSync(directory, { recursive: true, force: true });
});

test('a token is made once, for its owner only, and found again', () => {
  assert.equal(findToken(plan, directory), null);
  const token = ensureToken(directory);
  assert.ok(token.length >= 43);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(ensureToken(directory), token);
  assert.equal(findToken(plan, directory), token);
});

test('a token file that others can read is closed to them', () => {
  chmodSync(file, 0o644);
  ensureToken(directory);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('an empty token file is not a token', () => {
  writeFileSync(file, '\n');
  assert.equal(findToken(plan, directory), null);
  assert.throws(() => ensureToken(directory), /empty/);
});

test("BANYAN_TOKEN wins over the plan's token, which wins over the file", () => {
  const withToken = { ...plan, control: { ...plan.control, token: 'of-the-plan' } };
  assert.equal(findToken(withToken, directory), 'of-the-plan');
  process.env.BANYAN_TOKEN = 'of-the-environment';
  assert.equal(findToken(withToken, directory), 'of-the-environment');
  delete process.env.BANYAN_TOKEN;
});
