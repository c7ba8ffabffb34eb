import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';

it('names for each promise of SECURITY.md a test that is there', () => {
  const text = readFileSync(new URL('../SECURITY.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| [A-Z]/.test(line));
  assert.ok(rows.length > 5);
  for (const row of rows) {
    const paths = [...row.matchAll(/`([\w-]+(?:\/[\w.-]+)+)`/g)].map(([, path]) => path as string);
    assert.ok(paths.length > 0, row);
    for (const path of paths) assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), path);
  }
});
