import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { LoadError } from '@banyan/plan/problem';
import { readPeople } from './people-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'people '));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function fileOf(text: string): string {
  const file = join(folder, `users-${++files}.ts`);
  writeFileSync(file, text);
  return file;
}

it('is read as docs/rehearse.md has it, far from any package', async () => {
  const page = readFileSync(new URL('../../../../docs/rehearse.md', import.meta.url), 'utf8');
  const [, text] = /^```ts users\n([\s\S]*?)^```/m.exec(page)!;
  const people = await readPeople(fileOf(text!));
  assert.equal(typeof people.users, 'function');
  assert.equal(await people.tokenFor!('ada'), 'made-for-ada');
});

for (const [what, text, says] of [
  ['nothing', 'export const users = [];', /no default export/],
  ['users that are neither', 'export default { users: 7 };', /`users` is neither/],
  ['a token that is no function', 'export default { tokenFor: "x" };', /`tokenFor` is no function/],
] as const)
  it(`is refused when it exports ${what}`, async () => {
    const file = fileOf(text);
    await assert.rejects(readPeople(file), (error) => {
      assert.ok(error instanceof LoadError);
      assert.match(error.message, says);
      assert.equal(error.where, file);
      return true;
    });
  });

it('is refused with the option by which it was given when it is not there', async () => {
  await assert.rejects(readPeople(join(folder, 'none.ts')), { hint: 'check the path given with --users' });
});
