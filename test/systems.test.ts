import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a system's folder may hold: its domain, and what states it. Whatever runs it is the harness. */
const PARTS =
  /^(api|contracts|kit|monolith|services|web|testing|system\.ts|contexts\.ts|phases\.ts|openapi\.ts|generated\.ts|openapi\.json|README\.md|banyan\.config\.ts|package\.json|messages\.(md|asyncapi\.json)|.*\.test\.ts|node_modules)$/;

/** The packages of ours that a service's file may import, by the name of the file. */
function packagesOf(file: string): RegExp {
  const name = posix.basename(file);
  if (name === 'extraction.ts')
    return /^@banyan\/(banyan|(analytics|notifications|connections|calendars)\/routes)$/;
  if (/^load(\.test)?\.ts$/.test(name)) return /^@banyan\/harness$/;
  if (name.endsWith('.test.ts') || file.includes('/testing/'))
    return /^@banyan\/(service|events|postgres|notifications|analytics|connections|calendars)(\/.*)?$/;
  return /^@banyan\/(service(\/calendar)?|events|postgres|(notifications|connections)(\/(api|contracts))?|analytics(\/contracts)?|calendars(\/api)?)$/;
}

function importsOf(file: string): string[] {
  const text = readFileSync(posix.join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!);
}

/** The folders of its system that a service's file may import from, by the name of the file. */
function mayReach(file: string, target: string): boolean {
  const [, system, , service] = file.split('/');
  const home = `systems/${system}/`;
  const folders = ['contracts/', 'api/', 'kit/', `services/${service}/`];
  if (/\/load(\.test)?\.ts$/.test(file)) folders.push('monolith/');
  return folders.some((folder) => target.startsWith(home + folder));
}

describe('a system is a folder of domain:', () => {
  for (const system of readdirSync(posix.join(root, 'systems'))) {
    it(`${system} has no other parts`, () => {
      const other = readdirSync(posix.join(root, 'systems', system)).filter((name) => !PARTS.test(name));
      assert.deepEqual(other, []);
    });
  }

  it('a service makes its calls by calls(), which states them, and no client of its own', () => {
    const files = globSync('systems/*/services/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] });
    const silent = files.filter((file) =>
      /\bserviceClient\b/.test(readFileSync(posix.join(root, file), 'utf8')),
    );
    assert.deepEqual(silent, []);
  });

  it('a service imports the kit, its own folder and what its system shares, and nothing else of ours', () => {
    const files = globSync('systems/*/services/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] });
    assert.ok(files.length > 0);
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) =>
          specifier.startsWith('.')
            ? !mayReach(file, posix.join(dirname(file), specifier))
            : specifier.startsWith('@banyan/') && !packagesOf(file).test(specifier),
        )
        .map((specifier) => `${file} imports ${specifier}`),
    );
    assert.deepEqual(wrong, []);
  });
});
