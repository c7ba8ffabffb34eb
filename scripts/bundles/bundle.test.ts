import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleLibraries, LIBRARIES } from './bundle.ts';

const run = promisify(execFile);
const cache = mkdtempSync(join(tmpdir(), 'banyan bundles ünd '));
after(() => rmSync(cache, { recursive: true }));
let register: string;
before(async () => {
  register = await bundleLibraries(cache);
});

/** What a program says, with the bundles or without. */
async function says(program: string, bundled: boolean): Promise<string> {
  const args = ['--input-type=module', '--eval', program];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { env, cwd: import.meta.dirname, maxBuffer: 2 ** 26 };
  return (await run(process.execPath, bundled ? ['--require', register, ...args] : args, options)).stdout;
}

it('a bundled library exports what its own files do, and is one: what one part of it is told, the others know', async () => {
  const program = `
import * as all from 'typebox';
import * as compile from 'typebox/compile';
import * as value from 'typebox/value';
import * as system from 'typebox/system';
const names = [all, compile, value, system].map((part) => Object.keys(part).sort());
const object = all.Type.Object({ n: all.Type.Number() });
system.Settings.Set({ maxErrors: 2 });
const wrong = { n: 'no' };
console.log(JSON.stringify([names, value.Value.Errors(object, wrong), compile.Compile(object).Check(wrong), system.Settings.Get()]));`;
  const own = await says(program, false);
  assert.equal(await says(program, true), own);
});

it('exports the same of each library, however it is loaded, and both ways lead to one where they do without bundles', async () => {
  const program = `
import { createRequire } from 'node:module';
const require = createRequire(${JSON.stringify(import.meta.filename)});
const told = [];
for (const name of ${JSON.stringify(LIBRARIES)}) {
  const [imported, required] = [await import(name), require(name)];
  const one = Object.keys(required).find((key) => typeof required[key] === 'function');
  told.push([name, Object.keys(imported).sort(), Object.keys(required).sort(), imported[one] === required[one]]);
}
console.log(JSON.stringify(told));`;
  const own = await says(program, false);
  assert.equal(JSON.parse(own).length, LIBRARIES.length);
  assert.equal(await says(program, true), own);
});

it('is loaded as a few files', async () => {
  const program = `
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
await import('typebox/value');
console.log(JSON.stringify(urls));`;
  const urls = JSON.parse(await says(program, true)) as string[];
  assert.ok(urls.length < 10, `${urls.length} files`);
  for (const url of urls) assert.ok(url.startsWith(pathToFileURL(cache).href), url);
});

it('is made once, and anew of other files', async () => {
  const before = readdirSync(cache);
  assert.equal(await bundleLibraries(cache), register);
  assert.deepEqual(readdirSync(cache), before);
  assert.notEqual(await bundleLibraries(cache, []), register);
});
