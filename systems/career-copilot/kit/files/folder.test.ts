import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { openFiles } from './open.ts';
import { filesContract } from './testing/contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
after(() => rmSync(folder, { recursive: true, force: true }));

filesContract('a folder', async () => await openFiles(`file:${join(folder, 'made', 'when needed')}`));

it('nothing half written is left in the folder', () => {
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((name) => name.endsWith('.part')),
    [],
  );
});

it('files are kept nowhere else', async () => {
  for (const url of ['ftp://example.com/a', 'https://example.com'])
    await assert.rejects(openFiles(url), /s3:/);
});
