import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = mkdtempSync(join(tmpdir(), 'banyan cli ünd '));
after(() => rmSync(root, { recursive: true, force: true }));
const SHIM = join(import.meta.dirname, 'banyan.js');

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('the command runs the command line with the Node at hand', () => {
  const { code, stdout, stderr } = node(SHIM, '--version');
  assert.deepEqual([code, stdout], [0, '0.1.0\n'], stderr);
});

test('with a Node that cannot run TypeScript it takes the one of the npm package: arguments go in, the exit code comes out', () => {
  const { code, stderr } = node('--no-experimental-strip-types', SHIM, 'check', '--config', 'nowhere.ts');
  assert.equal(code, 2, stderr);
  assert.match(stderr, /nowhere\.ts/);
});

test('without any Node that can it says which one is needed, instead of a file extension that is unknown', () => {
  const bin = join(root, 'elsewhere', 'bin');
  cpSync(import.meta.dirname, bin, { recursive: true });
  cpSync(join(import.meta.dirname, '..', 'package.json'), join(root, 'elsewhere', 'package.json'));
  const { code, stderr } = node('--no-experimental-strip-types', join(bin, 'banyan.js'), 'status');
  assert.equal(code, 1);
  assert.match(stderr, /^error: Node v\d+.* cannot run TypeScript.*\n {2}hint: use Node 24 or later/);
});
