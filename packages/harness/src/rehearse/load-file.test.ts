import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { LoadError } from '@banyan/plan/problem';
import { readLoads } from './load-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'load file ünd '));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A file in a folder without any package beside it. */
function fileOf(text: string): string {
  const file = join(folder, `load-${++files}.ts`);
  writeFileSync(file, text);
  return file;
}

const MOVED = [{ name: 'orders' }];
const START = 'start: () => ({ operations: [] })';

it('is read far from any package, with what it is written with', async () => {
  const file = fileOf(`import { once } from '@banyan/harness';
    export default { users: ['ada'], services: { orders: { promises: { order: once(async () => new Map()) }, ${START} } }, monolith: { ${START} } };`);
  const loads = await readLoads(file, MOVED);
  assert.deepEqual([...loads.keys()], ['monolith', 'orders']);
  const promised = loads.get('orders')!.promises!.order!;
  // One function finds it on both sides.
  assert.equal(promised.find.monolith, promised.find.service);
});

it('is read as docs/rehearse.md has it', async () => {
  const page = readFileSync(new URL('../../../../docs/rehearse.md', import.meta.url), 'utf8');
  const [, text] = /^```ts load\n([\s\S]*?)^```/m.exec(page)!;
  const loads = await readLoads(fileOf(text!), MOVED);
  assert.deepEqual([...loads.keys()], ['orders']);
});

const WRONG: Array<[what: string, text: string, says: RegExp]> = [
  ['nothing', 'export const load = 1;', /no default export/],
  ['no users', `export default { services: { orders: { ${START} } } }`, /`users` is neither/],
  ['no service', 'export default { users: [1], services: {} }', /names no service/],
  [
    'a load that cannot start',
    'export default { users: [1], services: { orders: {} } }',
    /services\.orders has no function `start`/,
  ],
  [
    'a service that does not move',
    `export default { users: [1], services: { carts: { ${START} } } }`,
    /requests for carts, and what moves is orders/,
  ],
  ['an error', `throw new Error('no secret is set');`, /no secret is set/],
];
for (const [what, text, says] of WRONG)
  it(`is refused with its place and a hint when it has ${what}`, async () => {
    const file = fileOf(text);
    await assert.rejects(readLoads(file, MOVED), (error) => {
      assert.ok(error instanceof LoadError);
      assert.match(error.message, says);
      assert.equal(error.where, file);
      assert.ok(error.hint.length > 0);
      return true;
    });
  });
