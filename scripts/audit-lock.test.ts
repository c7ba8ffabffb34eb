import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { auditLock, type Lock, type Manifest } from './audit-lock.ts';

const HASH = 'sha512-abc';

function problemsOf(packages: Lock['packages'], allowScripts: Manifest['allowScripts'] = {}): string[] {
  return auditLock({ packages }, { allowScripts });
}

describe('the lock file', () => {
  it('of this repository is in order', () => {
    const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
    assert.deepEqual(auditLock(read('package-lock.json'), read('package.json')), []);
  });

  it('names a hash for every package, and no origin but a registry over https', () => {
    const good = { integrity: HASH, license: 'MIT', resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' };
    assert.deepEqual(
      problemsOf({ 'node_modules/a': good, 'packages/own': {}, 'node_modules/own': { link: true } }),
      [],
    );
    const bad = [
      { ...good, integrity: undefined },
      { ...good, integrity: 'sha1-abc' },
      { ...good, resolved: 'git+ssh://git@github.com/a/a.git#abc' },
      { ...good, resolved: 'http://registry.npmjs.org/a/-/a-1.0.0.tgz' },
      { ...good, resolved: 'https://codeload.github.com/a/a/tar.gz/abc' },
      { ...good, resolved: 'file:../a.tgz' },
    ];
    for (const one of bad) assert.equal(problemsOf({ 'node_modules/a': one }).length, 1, JSON.stringify(one));
  });

  it('lets no package run code at install that nobody decided about', () => {
    const wants = { integrity: HASH, license: 'MIT', hasInstallScript: true };
    assert.equal(problemsOf({ 'node_modules/a': wants }).length, 1);
    assert.equal(problemsOf({ 'node_modules/b/node_modules/a': wants }).length, 1);
    assert.deepEqual(problemsOf({ 'node_modules/a': wants }, { a: false }), []);
    assert.equal(problemsOf({}, { gone: true }).length, 1);
  });

  it('brings no licence into production that may not be shipped', () => {
    const one = (license: string | undefined, more = {}) =>
      problemsOf({ 'node_modules/a': { integrity: HASH, license, ...more } }).length;
    for (const good of ['MIT', 'MIT OR GPL-3.0', '(MIT AND Zlib)']) assert.equal(one(good), 0, good);
    for (const bad of ['GPL-3.0', 'MIT AND GPL-3.0', 'SEE LICENSE IN x', undefined])
      assert.equal(one(bad), 1, bad);
    assert.equal(one('GPL-3.0', { dev: true }), 0);
  });
});
