/**
 * Libraries of hundreds of small modules, each as a few files, for processes of tests: Node takes a quarter of a millisecond for a module
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
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, version } from 'esbuild';

/** Written as ES modules alone, without one that knows where it lies: in a bundle they do what they do in their own files. */
const LIBRARIES = ['typebox'];
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
  /** Relative to the directory, by what is imported: `typebox/value`. */
  entries: Map<string, string>;
};

function readLibrary(name: string): Library {
  const manifest = manifestOf(name);
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    exports: Record<string, { import: string }>;
  };
  const entries = Object.entries(exports).map(([path, target]) => [join(name, path), target.import] as const);
  return { name, directory: dirname(manifest), entries: new Map(entries) };
}

/** Not all of them export it. */
function manifestOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name, 'package.json')).find(isThere);
  if (!found) throw new Error(`${name} is not installed: npm ci`);
  return found;
}

/** Of every file of the libraries, what makes bundles of them, and this. */
function digestOf(libraries: readonly Library[]): string {
  const hash = createHash('sha256').update(version);
  for (const file of [import.meta.filename, REGISTER]) hash.update(readFileSync(file));
  for (const { name, directory } of libraries)
    for (const file of globSync('**/*.{mjs,json}', { cwd: directory }).sort())
      hash.update(`${name}/${file}\0`).update(readFileSync(join(directory, file)));
  return hash.digest('hex').slice(0, 16);
}

async function make(libraries: readonly Library[], home: string, cache: string): Promise<void> {
  const draft = mkdtempSync(join(cache, 'draft-'));
  const bundles: Record<string, string> = {};
  for (const { directory, entries } of libraries) {
    const names = [...entries].map(([path, file]) => ({ in: join(directory, file), out: path }));
    await build({
      entryPoints: names,
      bundle: true,
      // What two entries share is there once, as in the library: they have its state in common.
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: draft,
      outExtension: { '.js': '.mjs' },
    });
    for (const { in: file, out } of names) bundles[pathToFileURL(file).href] = `${out}.mjs`;
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

function isThere(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
