import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

/** Runs files of these contents, as `npm test` does. */
function run(t: TestContext, files: Record<string, string>, ...options: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-runner-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), `import { test } from 'node:test';\n${text}`);
    return join(folder, name);
  });
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const args = [join(import.meta.dirname, 'test.ts'), ...options, ...paths];
  return spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 120_000 });
}

describe('the run of the tests', () => {
  it('fails with a test that fails, and says at its end once more which', (t) => {
    const good = `test('holds', () => {})`;
    const bad = `test('breaks', () => { throw new Error('on purpose') })`;
    const { status, stdout, stderr } = run(t, { 'good.test.mjs': good, 'bad.test.mjs': bad });
    assert.equal(status, 1);
    assert.match(stdout, /failing tests of .*bad\.test\.mjs.*on purpose.*failed 1\n/s);
    assert.match(stderr, /^\[2\/2\] /m);
  });

  it('takes a folder for all tests below it, and says so when there are none', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-runner-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'deeper', 'empty'), { recursive: true });
    const text = `import { test } from 'node:test';\ntest('holds', () => {});\n`;
    for (const file of ['one.test.ts', join('deeper', 'two.test.ts')])
      writeFileSync(join(folder, file), text);
    const { status, stdout } = run(t, {}, folder, join(folder, 'one.test.ts'));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /files 2, 0 of them failed/);
    const none = run(t, {}, join(folder, 'deeper', 'empty'));
    assert.equal(none.status, 1);
    assert.match(none.stderr, /there is no \*\.test\.ts below .*empty/);
  });

  it('ends a file that goes on when its tests have passed, and names it', (t) => {
    const hangs = `test('passes', () => {}); setInterval(() => {}, 1_000)`;
    const { status, stdout, stderr } = run(t, { 'hangs.test.mjs': hangs }, '--limit', '3');
    assert.equal(status, 1);
    assert.match(stdout, /hangs\.test\.mjs.*aborted due to timeout/s);
    assert.match(stderr, /hangs\.test\.mjs: 1 of 2 FAILED/);
  });
});
