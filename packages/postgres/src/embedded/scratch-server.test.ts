import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchHome } from './scratch-server.ts';

test('servers of tests lie in memory if there is enough of it, else in the temp directory', (t) => {
  const memory = mkdtempSync(join(tmpdir(), 'banyan-memory-'));
  t.after(() => rmSync(memory, { recursive: true }));
  assert.equal(scratchHome(memory, 1), memory);
  assert.equal(scratchHome(memory, Number.POSITIVE_INFINITY), tmpdir());
  assert.equal(scratchHome(join(memory, 'nowhere'), 1), tmpdir());
});
