import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const SYSTEM = join(ROOT, 'systems', 'career-copilot');
const NAME = 'reading-lists';

/** Copies of a system lie here, below the packages that they import. */
const scratch = join(ROOT, '.banyan');
let folder: string;

before(() => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'new-'));
  copySystem(folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

function copySystem(to: string): void {
  cpSync(SYSTEM, to, { recursive: true, filter: (path) => !path.includes('node_modules') });
}

type Ended = { code: number; stdout: string; stderr: string };

async function node(args: string[], cwd: string): Promise<Ended> {
  // The run's server is for one process at a time: what is started here begins one of its own.
  const { NODE_TEST_CONTEXT: _test, BANYAN_TEST_SERVER: _server, ...env } = process.env;
  return await run(process.execPath, args, { cwd, env, maxBuffer: 32 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

const banyan = (...args: string[]) => node([MAIN, 'new', 'service', ...args], folder);

function filesIn(at: string): Map<string, string> {
  const paths = globSync('**/*.{ts,sql}', { cwd: at }).sort();
  return new Map(paths.map((path) => [path, readFileSync(join(at, path), 'utf8')]));
}

describe('a new service', () => {
  it('passes the type check and its own tests as it is written, and the plan has it', async () => {
    const { code, stdout, stderr } = await banyan(NAME);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /wrote services\/reading-lists\/main\.ts[\s\S]*wrote system\.ts/);
    assert.match(readFileSync(join(folder, 'system.ts'), 'utf8'), /services: \[.*, 'reading-lists'\],/);

    const config = { extends: join(ROOT, 'tsconfig.json'), include: [folder], exclude: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const types = await node([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], ROOT);
    assert.equal(types.code, 0, types.stdout);

    const tests = globSync(`services/${NAME}/*.test.ts`, { cwd: folder });
    assert.ok(tests.length >= 2);
    const tested = await node(['--test', ...tests], folder);
    assert.equal(tested.code, 0, tested.stdout);
    assert.match(tested.stdout, /pass [^0]/);

    const stated = await import(join(folder, 'services', NAME, 'extraction.ts'));
    assert.deepEqual(
      stated.default.routes.map(({ route }: { route: string }) => route),
      ['POST /api/v1/reading-lists', 'GET /api/v1/reading-lists', 'GET /api/v1/reading-lists/:id'],
    );
  });

  it('has none of the words that stand for it in the template', () => {
    const written = [...filesIn(folder)].filter(([path]) => path.includes(NAME));
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
      const before = filesIn(folder);
      const { code, stderr } = await banyan(name);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /hint: /);
      assert.deepEqual(filesIn(folder), before);
    });

  it('is refused where there is no system, or one without the ground that it stands on', async () => {
    const empty = mkdtempSync(join(scratch, 'empty-'));
    const bare = mkdtempSync(join(scratch, 'bare-'));
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
    const odd = mkdtempSync(join(scratch, 'odd-'));
    try {
      copySystem(odd);
      const system = readFileSync(join(odd, 'system.ts'), 'utf8').replace(
        /services: \[.*\],/,
        'services: [...others],',
      );
      writeFileSync(join(odd, 'system.ts'), system);
      const { stdout } = await banyan('lists', '--system', odd, '--json');
      assert.equal(JSON.parse(stdout).addition, `services: [..., 'lists'],`);
      assert.equal(readFileSync(join(odd, 'system.ts'), 'utf8'), system);
    } finally {
      rmSync(odd, { recursive: true });
    }
  });
});
