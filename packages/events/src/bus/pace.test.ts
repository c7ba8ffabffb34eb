import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('quick handlers go together, slow ones and those after a batch that came to nothing go alone, until they are quick again', () => {
  const pace = new Pace(128);
  assert.equal(pace.batch, 128);
  pace.note(128, 64);
  assert.equal(pace.batch, 128);
  pace.note(0, 600);
  assert.equal(pace.batch, 1);
  for (let n = 0; n < 20; n++) pace.note(1, 1);
  assert.ok(pace.batch > 64);
  for (let n = 0; n < 20; n++) pace.note(1, 200);
  assert.equal(pace.batch, 1);
  assert.equal(new Pace(1).batch, 1);
});
