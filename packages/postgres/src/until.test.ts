import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './until.ts';

test('gives what is there in the end, however often it was asked for', async () => {
  const answers = [undefined, null, false, 0, '', 'there'];
  assert.equal(await until(() => answers.shift()), 'there');
});

test('says what it waited for, and where, when that does not come', async () => {
  await assert.rejects(
    until(() => 0, { what: 'a row', limitMs: 20 }),
    (error: Error) => {
      assert.equal(error.message, 'After 0.02 s still not there: a row (last answer: 0)');
      assert.match(error.stack!, /until\.test\.ts/);
      return true;
    },
  );
  const row = (): boolean => false;
  await assert.rejects(until(row, { limitMs: 20 }), /not there: .*=> false \(last answer: false\)/);
});

test('waits no longer for a question that is not answered', async () => {
  await assert.rejects(
    until(() => Promise.withResolvers<boolean>().promise, { limitMs: 20 }),
    /last answer: no answer yet/,
  );
});

test('passes on what a question throws', async () => {
  await assert.rejects(
    until(() => Promise.reject(new Error('gone'))),
    /^Error: gone$/,
  );
});
