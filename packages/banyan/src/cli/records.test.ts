import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { aShop } from '../testing/a-shop.ts';

describe('banyan failures', { concurrency: 3 }, () => {
  test('lists when, where and why requests failed, of a service or of no route of the plan', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('failures', 'auth');
    assert.equal(code, 0);
    assert.match(stdout, /2026-01-02 03:04:05Z {2}service {2}GET +unhealthy instance {2}GET \/users\/me/);
    assert.match((await banyan('failures', '--limit', '3')).stdout, /\(unmatched\)/);
    assert.deepEqual(fake.calls, [
      ['failures', 'auth', 20],
      ['failures', null, 3],
    ]);
  });
});

describe('banyan record', { concurrency: 3 }, () => {
  for (const [what, args, says] of [
    ['a share that is none', ['--share', '0%'], /must be a share such as 5%/],
    ['a time without a unit', ['--for', '10'], /must be a time such as 30s, 10m or 2h/],
    ['a request without a method', ['--also', '/articles'], /must be METHOD \/path/],
  ] as const)
    test(`takes ${what} for a mistake, and makes no file`, async (t) => {
      const { banyan } = await aShop(t);
      const { code, stderr } = await banyan('record', '--to', 'traffic.ndjson', ...args);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.equal(existsSync('traffic.ndjson'), false);
    });
});

describe('banyan verify', { concurrency: 3 }, () => {
  test('exits with 0 when every table is consistent', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout, stderr } = await banyan('verify', 'auth');
    assert.equal(code, 0);
    assert.match(stdout, /public\.users {2}CONSISTENT {2}20,000 rows/);
    assert.match(stderr, /auth verify: \d+%, [\d,]+ of 20,000 rows/);
  });

  test('exits with 1 when rows differ, shows some and the hint', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.verdict = 'INCONSISTENT';
    const { code, stdout } = await banyan('verify', 'auth');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /INCONSISTENT {2}20,000 rows \(3 differ\)\npublic\.users, for example:\n {2}\{"key":\["7"\]\}\nhint: banyan verify auth --repair/,
    );
  });

  test('exits with 1 when no row was compared, and claims nothing', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.rows = 0;
    const { code, stdout, stderr } = await banyan('verify', 'auth');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /no row on either side\nno row was compared, which proves nothing: put rows in, then banyan verify auth/,
    );
    assert.doesNotMatch(stdout + stderr, /\b0 of 0\b|\b0 rows\b|100%/);
  });

  test('--repair asks for repair, --json prints the run', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { json } = await banyan('verify', 'users', '--repair', '--json');
    assert.deepEqual(fake.calls, [['verify', 'users', true]]);
    assert.deepEqual([json().state, json().rowsDone], ['done', 20_000]);
  });
});

describe('banyan steps and mismatches', { concurrency: 3 }, () => {
  test('steps are listed with outcome, fence and reason', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('steps', 'auth', '--limit', '2');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /2026-01-02 03:04:05Z {2}auth +shadowing → canary 1% +failed +0 s +2,000 ms\n {4}the barrier/,
    );
    assert.deepEqual(fake.calls, [['steps', 'auth', 2]]);
  });

  test('mismatches are listed with their differences and a curl command', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout } = await banyan('mismatches', 'auth');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /#3 {2}GET \/users\/me .* 1 difference\n {2}\/full_name: monolith "Ann Lee", service "Ann {2}Lee"\n {2}curl/,
    );
  });

  test('--json prints the records', async (t) => {
    const { banyan } = await aShop(t);
    assert.equal((await banyan('steps', '--json')).json().length, 2);
    assert.equal((await banyan('mismatches', 'auth', '--json')).json()[0].id, 3);
  });

  test('a limit that is none is a mistake', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stderr } = await banyan('steps', '--limit', 'many');
    assert.equal(code, 2);
    assert.match(stderr, /whole number from 1 to 1000/);
  });
});
