import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aShop } from '../testing/a-shop.ts';

describe('banyan facts backfill', { concurrency: 3 }, () => {
  test('asks who is to be told, and of what', async (t) => {
    const { banyan } = await aShop(t);
    const nobody = await banyan('facts', 'backfill', 'auth');
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /who is to be told\?\n {2}hint: banyan facts backfill auth --for <consumer>/);
    const odd = await banyan('facts', 'backfill', 'auth', '--for', 'the reports');
    assert.equal(odd.code, 2);
    assert.match(odd.stderr, /'the reports' names no group/);
    const unknown = await banyan('facts', 'backfill', 'aut', '--for', 'reports');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /there is no service 'aut' in the plan\n {2}hint: did you mean 'auth'\?/);
  });

  test('is refused, and nothing is told, while nothing says what the rows of the service mean', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json } = await banyan('facts', 'backfill', 'auth', '--for', 'reports', '--json');
    assert.equal(code, 4);
    assert.equal(json().error.code, 'no_facts');
    assert.match(json().error.hint, /facts: import\.meta\.resolve/);
  });
});
