import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchSize } from './batch-size.ts';

test('quick handlers go together, slow ones and those after a batch that came to nothing go alone, until they are quick again', () => {
  const size = new BatchSize(128);
  assert.equal(size.batch, 128);
  size.note(128, 64);
  assert.equal(size.batch, 128);
  size.note(0, 600);
  assert.equal(size.batch, 1);
  for (let n = 0; n < 20; n++) size.note(1, 1);
  assert.ok(size.batch > 64);
  for (let n = 0; n < 20; n++) size.note(1, 200);
  assert.equal(size.batch, 1);
  assert.equal(new BatchSize(1).batch, 1);
});
