import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = join('.banyan', `generate-${process.pid}`);
const contracts = join(folder, 'shop', 'contracts.ts');

async function generate(...args: string[]): Promise<{ code: number; text: string }> {
  const {
    code = 0,
    stdout,
    stderr,
  } = (await run(process.execPath, ['scripts/generate.ts', ...args]).catch(
    (error: { code: number; stdout: string; stderr: string }) => error,
  )) as { code?: number; stdout: string; stderr: string };
  return { code, text: stdout + stderr };
}

before(() => {
  mkdirSync(join(folder, 'shop'), { recursive: true });
  writeFileSync(
    contracts,
    `import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
const data = Type.Object({ orderId: Type.String() });
export const contracts = defineContracts({
  system: 'shop',
  events: { OrderPlaced: event({ service: 'orders', version: 1, key: 'orderId', data }) },
});
`,
  );
});

after(() => rmSync(folder, { recursive: true, force: true }));

it('writes document and page, which the check then finds right, until the contracts change', async () => {
  assert.equal((await generate(folder)).code, 0);
  const document = JSON.parse(readFileSync(join(folder, 'shop', 'messages.asyncapi.json'), 'utf8'));
  assert.equal(document.channels.OrderPlaced.address, 'OrderPlaced');
  assert.match(readFileSync(join(folder, 'shop', 'messages.md'), 'utf8'), /### OrderPlaced/);
  assert.deepEqual(await generate('--check', folder), { code: 0, text: '' });

  writeFileSync(contracts, readFileSync(contracts, 'utf8').replace('version: 1', 'version: 2'));
  const changed = await generate('--check', folder);
  assert.equal(changed.code, 1);
  assert.match(changed.text, /messages\.asyncapi\.json is stale/);
  assert.match(changed.text, /messages\.md is stale/);
});
