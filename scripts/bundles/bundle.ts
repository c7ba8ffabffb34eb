/**
 * Libraries of many small modules, each as a few files, for processes of tests: Node takes a quarter of a millisecond for a module
 * however small it is, and a run of all tests starts some thousand processes.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin, version } from 'esbuild';

/**
 * Those that processes of services and of Banyan spend most modules on. None has a module that knows where it lies, or that others import by its
 * path: in a bundle they do what they do in their own files.
 */
export const LIBRARIES = [
  'typebox',
  'undici',
  '@opentelemetry/api',
  '@opentelemetry/core',
  'yaml',
  'semver',
  'jose',
  'prom-client',
  'fastify',
  'cockatiel',
  'asn1.js',
  'avvio',
  'find-my-way',
  'ret',
  'fast-jwt',
];
const REGISTER = join(import.meta.dirname, 'register.cjs');

/**
 * Bundles the libraries unless that is done, and returns what a process loads first (`--require`) to have them from there. A bundle is found by
 * what it was made of, so that one of other files is never taken.
 */
export async function bundleLibraries(
  cache: string,
  libraries: readonly string[] = LIBRARIES,
): Promise<string> {
  const sources = libraries.map(readLibrary);
  const home = join(cache, digestOf(sources));
  const register = join(home, 'register.cjs');
  mkdirSync(cache, { recursive: true });
  if (!isThere(register)) await make(sources, home, cache);
  return register;
}

type Library = {
  name: string;
  directory: string;
  entries: Entry[];
};

/** What can be imported, by its name: `typebox/value`. There may be one file of it for `import` and another for `require`. */
type Entry = { name: string; file: string; format: 'esm' | 'cjs' };

type Manifest = { main?: string; exports?: Record<string, Target>; type?: string };
type Target = string | { [condition: string]: Target };

function readLibrary(name: string): Library {
  const manifest = manifestOf(name);
  const directory = dirname(manifest);
  const {
    main = 'index.js',
    exports = { '.': main },
    type,
  } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const entries = Object.entries(exports)
    .filter(([path]) => !/\*|\.json$/.test(path))
    .flatMap(([path, target]) =>
      [...new Set([fileFor('import', target), fileFor('require', target)])]
        .filter((file) => file !== undefined)
        .map((file): Entry => {
          const isModule = /\.mjs$/.test(file) || (type === 'module' && !/\.cjs$/.test(file));
          return { name: join(name, path), file: join(directory, file), format: isModule ? 'esm' : 'cjs' };
        }),
    );
  return { name, directory, entries };
}

/** As Node chooses it. Undefined: it is not for this. */
function fileFor(how: 'import' | 'require', target: Target): string | undefined {
  if (typeof target === 'string') return target;
  for (const [condition, inner] of Object.entries(target))
    if (['node', how, 'default'].includes(condition)) {
      const file = fileFor(how, inner);
      if (file !== undefined) return file;
    }
  return undefined;
}

/** Not all of them export it. */
function manifestOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name, 'package.json')).find(isThere);
  if (!found) throw new Error(`${name} is not installed: npm ci`);
  return found;
}

/** Of every file of the libraries and where they lie, what makes bundles of them, and this. */
function digestOf(libraries: readonly Library[]): string {
  const hash = createHash('sha256').update(version);
  for (const file of [import.meta.filename, REGISTER]) hash.update(readFileSync(file));
  for (const { directory } of libraries)
    for (const file of globSync('**/*.{js,mjs,cjs,json}', { cwd: directory }).sort())
      hash.update(`${directory}/${file}\0`).update(readFileSync(join(directory, file)));
  return hash.digest('hex').slice(0, 16);
}

async function make(libraries: readonly Library[], home: string, cache: string): Promise<void> {
  const draft = mkdtempSync(join(cache, 'draft-'));
  const bundles: Record<string, string> = {};
  for (const { entries } of libraries)
    for (const format of ['esm', 'cjs'] as const) {
      const own = entries.filter((entry) => entry.format === format);
      if (own.length === 0) continue;
      const ending = format === 'esm' ? 'mjs' : 'cjs';
      await build({
        entryPoints: own.map(({ name, file }) => ({ in: file, out: name })),
        bundle: true,
        // What two entries share is there once, as in the library: they have its state in common.
        splitting: format === 'esm',
        format,
        platform: 'node',
        // None of a bundler's own: the same files as Node.
        conditions: [],
        plugins: [OTHERS_STAY],
        outdir: draft,
        outExtension: { '.js': `.${ending}` },
      });
      for (const { name, file } of own) {
        if (format === 'cjs') await nameExports(file, join(draft, `${name}.cjs`));
        bundles[pathToFileURL(file).href] = `${name}.${ending}`;
      }
    }
  writeFileSync(join(draft, 'bundles.json'), JSON.stringify(bundles));
  cpSync(REGISTER, join(draft, 'register.cjs'));
  try {
    renameSync(draft, home);
  } catch {
    // Another run was first.
    rmSync(draft, { recursive: true });
  }
}

/** What a library takes from other ones it takes from where it found them: from the bundle's place others might be found. */
const OTHERS_STAY: Plugin = {
  name: 'others stay',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || pluginData === OTHERS_STAY || isBuiltin(path)) return;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: OTHERS_STAY });
      // Not installed, which is for the library to find out.
      if (found.errors.length > 0) return { path, external: true };
      return { path: kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true };
    });
  },
};

/** Says in words that Node finds which names of it may be imported: in a bundle it would find none, or too many. */
async function nameExports(file: string, bundle: string): Promise<void> {
  const names = Object.keys(await import(pathToFileURL(file).href)).filter((name) => IDENTIFIER.test(name));
  const whole = bundle.replace(/\.cjs$/, '.whole.cjs');
  renameSync(bundle, whole);
  writeFileSync(
    bundle,
    `const whole = require(${JSON.stringify(`./${basename(whole)}`)});
module.exports = whole;
0 && (module.exports = { ${names.join(', ')} });
`,
  );
}

const IDENTIFIER = /^(?!default$|module\.exports$)[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function isThere(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
