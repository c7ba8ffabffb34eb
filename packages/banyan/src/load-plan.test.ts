import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { env } from '@banyan/plan';
import { LoadError, PlanError } from '@banyan/plan/problem';
import { aPlan } from '@banyan/plan/testing';
import { loadPlan } from './load-plan.ts';

const root = mkdtempSync(join(tmpdir(), 'banyan (load) 100 % plän '));
after(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
/** A fresh folder with this config; a fresh one because Node imports a file only once. */
function folderWith(source: string, name = 'banyan.config.ts'): string {
  const folder = join(root, `case-${++count}`);
  mkdirSync(join(folder, 'src/deep'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, name), source);
  return folder;
}

const right = `const name: string = 'shop';\nexport default { ...${JSON.stringify(aPlan())}, name };\n`;

async function loadError(promise: Promise<unknown>): Promise<LoadError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LoadError, String(error));
  return error;
}

describe('loadPlan', () => {
  test('finds banyan.config.ts in a folder above', async () => {
    const folder = folderWith(right);
    const loaded = await loadPlan(undefined, join(folder, 'src/deep'));
    assert.equal(loaded.path, join(folder, 'banyan.config.ts'));
    assert.equal(loaded.directory, folder);
    assert.equal(loaded.plan.name, 'shop');
  });

  test('takes the file it is given', async () => {
    const folder = folderWith(right, 'other.ts');
    assert.equal((await loadPlan('other.ts', folder)).plan.name, 'shop');
  });

  test('says so when there is none', async () => {
    const folder = folderWith('', 'unrelated.ts');
    assert.match((await loadError(loadPlan(undefined, folder))).message, /no banyan\.config\.ts/);
    assert.equal((await loadError(loadPlan('nope.ts', folder))).where, join(folder, 'nope.ts'));
  });

  test('names file and line of what throws while it runs', async () => {
    const folder = folderWith(`const a: number = 1;\n\nthrow new Error('the mouse ran down ' + a);\n`);
    const error = await loadError(loadPlan(undefined, folder));
    assert.equal(error.message, 'the mouse ran down 1');
    assert.match(error.where, /banyan\.config\.ts:3(:\d+)?$/);
  });

  test('names all environment variables that are not set, and the line that reads the first', async () => {
    const envFile = import.meta.resolve('@banyan/plan');
    const folder = folderWith(
      `import { env } from '${envFile}';\n\nconst one = env('BANYAN_TEST_ONE');\nexport default { url: new URL(one + env('BANYAN_TEST_TWO')) };\n`,
    );
    const error = await loadError(loadPlan(undefined, folder));
    assert.equal(error.message, '2 environment variables are not set: BANYAN_TEST_ONE, BANYAN_TEST_TWO');
    assert.match(error.where, /banyan\.config\.ts:3(:\d+)?$/);
  });

  test('names file and line of a syntax error', async () => {
    const folder = folderWith(`export default {\n  name: 'x',\n  oops oops\n};\n`);
    assert.match((await loadError(loadPlan(undefined, folder))).where, /banyan\.config\.ts:3(:\d+)?$/);
  });

  test('names the file that imports what is not there', async () => {
    const folder = folderWith(`import { x } from './gone.ts';\nexport default x;\n`);
    const error = await loadError(loadPlan(undefined, folder));
    assert.match(error.message, /gone\.ts/);
    assert.match(error.where, /banyan\.config\.ts/);
  });

  test('of a folder without any package.json or node_modules gets @banyan/banyan all the same', async () => {
    const folder = join(root, 'a shop in Python');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'banyan.config.ts'),
      `import { defineMigration, env } from '@banyan/banyan';
export default defineMigration({ ...${JSON.stringify(aPlan())}, name: env('BANYAN_TEST_NAME') });
`,
    );
    const error = await loadError(loadPlan(undefined, folder));
    assert.equal(error.message, 'the environment variable BANYAN_TEST_NAME is not set');
    assert.match(error.where, /a shop in Python\/banyan\.config\.ts:2(:\d+)?$/);
  });

  test('says that a run is gone when the pointer to it still lies there', async () => {
    const folder = join(root, 'after a run');
    mkdirSync(join(folder, '.banyan'), { recursive: true });
    writeFileSync(
      join(folder, '.banyan', 'banyan.config.ts'),
      `export { default } from ${JSON.stringify(pathToFileURL(join(root, 'gone', 'banyan.config.ts')).href)};\n`,
    );
    const error = await loadError(loadPlan(undefined, folder));
    assert.equal(error.message, 'points to the plan of a run that is gone');
    assert.match(error.hint, /npm start/);
  });

  test('wants a default export', async () => {
    assert.match(
      (await loadError(loadPlan(undefined, folderWith('export const x = 1;\n')))).message,
      /default export/,
    );
  });

  test('passes the errors of the plan on', async () => {
    await assert.rejects(loadPlan(undefined, folderWith('export default { name: 1 };\n')), PlanError);
  });
});

describe('env', () => {
  test('reads the variable, or takes the fallback', () => {
    process.env.BANYAN_TEST_SET = 'yes';
    assert.equal(env('BANYAN_TEST_SET', 'no'), 'yes');
    assert.equal(env('BANYAN_TEST_UNSET', 'no'), 'no');
    assert.throws(() => env('BANYAN_TEST_UNSET'), /BANYAN_TEST_UNSET/);
    delete process.env.BANYAN_TEST_SET;
  });
});
