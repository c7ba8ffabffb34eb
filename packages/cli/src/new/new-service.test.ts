import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { aSigningKey, copySystem, emptyFolder, type SystemCopy } from './testing/system-copy.ts';

const NAME = 'reading-lists';

let copy: SystemCopy;
let folder: string;

before(() => {
  copy = copySystem();
  folder = copy.folder;
});

after(() => copy.remove());

const banyan = (...args: string[]) => copy.banyan(['new', 'service', ...args]);

describe('a new service', () => {
  it('passes the type check and its own tests as it is written, and the plan has it', async () => {
    const { code, stdout, stderr } = await banyan(NAME);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /wrote services\/reading-lists\/main\.ts[\s\S]*wrote system\.ts/);
    assert.match(readFileSync(join(folder, 'system.ts'), 'utf8'), /services: \[.*, 'reading-lists'\],/);

    const types = await copy.checkTypes();
    assert.equal(types.code, 0, types.stdout);

    const tests = globSync(`services/${NAME}/*.test.ts`, { cwd: folder });
    assert.ok(tests.length >= 2);
    const tested = await copy.test(tests);
    assert.equal(tested.code, 0, tested.stdout);
    assert.match(tested.stdout, /pass [^0]/);

    const checked = await copy.banyan(['check', '--offline'], {
      CAREER_SERVICES: NAME,
      CAREER_MONOLITH_DATABASE_URL: 'postgres://127.0.0.1/monolith',
      BANYAN_DATABASE_URL: 'postgres://127.0.0.1/control',
      CAREER_JWT_SECRET: 'the secret of the legacy system, long enough',
      CAREER_GATEWAY_KEY: aSigningKey(),
    });
    assert.equal(checked.code, 0, checked.stderr);

    const stated = await import(join(folder, 'services', NAME, 'extraction.ts'));
    assert.deepEqual(
      stated.default.routes.map(({ route }: { route: string }) => route),
      ['POST /api/v1/reading-lists', 'GET /api/v1/reading-lists', 'GET /api/v1/reading-lists/:id'],
    );
  });

  it('has none of the words that stand for it in the template', () => {
    const written = [...copy.files()].filter(([path]) => path.includes(NAME));
    assert.ok(written.length >= 10);
    for (const [path, text] of written) assert.doesNotMatch(path + text, /example/i, path);
  });

  const refused: [what: string, name: string, message: RegExp][] = [
    ['a name that is taken by a service', 'users', /api\/users\.ts is there already/],
    ['a name of another part of each system', 'gateway', /name of another part/],
    ['a name that no folder, table and event can have alike', 'Reading_Lists', /no name for a service/],
    ['a name that leaves the folder', '../evil', /no name for a service/],
    ['a name that is too long', 'a'.repeat(31), /no name for a service/],
    ['a name that ends with a hyphen', 'lists-', /no name for a service/],
  ];
  for (const [what, name, message] of refused)
    it(`is refused with the reason, and nothing is written: ${what}`, async () => {
      const before = copy.files();
      const { code, stderr } = await banyan(name);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /hint: /);
      assert.deepEqual(copy.files(), before);
    });

  it('is refused where there is no system, or one without the ground that it stands on', async () => {
    const empty = emptyFolder();
    const bare = emptyFolder();
    try {
      assert.match((await banyan('lists', '--system', empty)).stderr, /no folder of a system/);
      writeFileSync(join(bare, 'system.ts'), `export const system = { services: ['a'] };`);
      assert.match((await banyan('lists', '--system', bare)).stderr, /kit\/plan\.ts does not export urlOf/);
      assert.deepEqual(
        [existsSync(join(empty, 'services')), existsSync(join(bare, 'services'))],
        [false, false],
      );
    } finally {
      for (const each of [empty, bare]) rmSync(each, { recursive: true });
    }
  });

  it('leaves a list of services that is computed to a person', async () => {
    const odd = copySystem();
    try {
      const file = join(odd.folder, 'system.ts');
      const system = readFileSync(file, 'utf8').replace(/services: \[.*\],/, 'services: [...others],');
      writeFileSync(file, system);
      const { stdout } = await odd.banyan(['new', 'service', 'lists', '--json']);
      assert.equal(JSON.parse(stdout).addition, `services: [..., 'lists'],`);
      assert.equal(readFileSync(file, 'utf8'), system);
    } finally {
      odd.remove();
    }
  });
});
