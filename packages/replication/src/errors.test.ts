import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REPLICATION_ERROR_CODES } from './errors.ts';

test('for every error the documentation names the way on', () => {
  const page = readFileSync(new URL('../../../docs/replication.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[A-Z_]+`/.test(line));
  const named = new Map(
    rows.flatMap((row) => {
      const [, codes, , wayOn] = row.split(/(?<!\\) ?\| ?/);
      return [...codes!.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, wayOn?.trim()] as const);
    }),
  );
  for (const code of REPLICATION_ERROR_CODES) assert.ok(named.get(code), code);
});
