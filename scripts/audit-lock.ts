/**
 * `node scripts/node.js scripts/audit-lock.ts`: looks at package-lock.json. Every package comes from a registry, with its hash; code
 * runs at install only where package.json's `allowScripts` has decided about it; what a production install brings has a
 * licence that may be shipped. `--licences` prints them.
 */
import { readFileSync } from 'node:fs';

export type Lock = { packages: Record<string, Locked> };
type Locked = {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
  license?: string;
};
export type Manifest = { allowScripts: Record<string, boolean> };

/** Licences under which what we ship may bring others' work along. */
const LICENCES = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  // What packages of before SPDX call the two above.
  'BSD',
  '0BSD',
  'BlueOak-1.0.0',
  'Zlib',
  'CC0-1.0',
  'Unlicense',
  // Asks for the source of its own files only, and those we bring along as they are.
  'MPL-2.0',
]);

/** What the licence file of a package says whose manifest does not say which of several it is. */
const READ = new Map([['duck', 'BSD-2-Clause']]);
/** Of packages that state none in their package.json, what the file LICENSE in them says. Of these versions only. */
const STATED_IN_A_FILE: ReadonlyMap<string, string> = new Map([['png-js@1.1.0', 'MIT']]);

/** All that is wrong with a lock file, one line each. */
export function auditLock(lock: Lock, { allowScripts }: Manifest): string[] {
  const packages = installed(lock);
  const names = new Set(packages.map(({ name }) => name));
  return [
    ...packages.flatMap((one) => [
      ...originProblems(one),
      ...scriptProblems(one, allowScripts),
      ...licenceProblems(one),
    ]),
    ...Object.keys(allowScripts)
      .filter((name) => !names.has(name))
      .map((name) => `allowScripts names ${name}, which is not installed: take it out`),
  ];
}

/** Names of the production packages by licence. */
export function licencesOf(lock: Lock): Map<string, string[]> {
  const shipped = installed(lock).filter(isShipped);
  const byLicence = Map.groupBy(shipped, ({ license }) => license ?? 'none stated');
  return new Map(
    [...byLicence].map(([licence, packages]) => [licence, packages.map(({ name }) => name).sort()]),
  );
}

type Installed = Locked & { name: string; path: string };

/** Everything but the workspace's own packages and links to them. */
function installed(lock: Lock): Installed[] {
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, locked]) => ({ ...locked, path, name: path.slice(path.lastIndexOf('node_modules/') + 13) }));
}

function originProblems({ path, resolved, integrity }: Installed): string[] {
  const problems: string[] = [];
  if (!integrity?.startsWith('sha512-'))
    problems.push(`${path} has no sha512 in the lock file: install it anew from a registry`);
  // A lock file may leave the address out; the hash then says what the registry must give.
  if (resolved !== undefined && !/^https:\/\/[^/]+\/.+\.tgz$/.test(resolved))
    problems.push(`${path} comes from ${resolved}: take it from a registry over https`);
  return problems;
}

/** Variants for other machines are optional, and npm leaves out what `allowScripts` does not name. */
function scriptProblems(
  { name, path, hasInstallScript, optional }: Installed,
  allowed: Manifest['allowScripts'],
): string[] {
  if (!hasInstallScript || optional || Object.hasOwn(allowed, name)) return [];
  return [`${path} wants to run code at install: decide about it in package.json's allowScripts`];
}

function licenceProblems(one: Installed): string[] {
  if (!isShipped(one) || isAllowed(READ.get(one.name) ?? one.license)) return [];
  const licence = one.license ?? STATED_IN_A_FILE.get(`${one.name}@${one.version}`);
  if (!isShipped(one) || isAllowed(licence)) return [];
  return [`${one.path} has the licence ${one.license ?? '(none stated)'}: look for another package`];
}

function isShipped({ dev, devOptional, path }: Installed): boolean {
  return !dev && !devOptional && !path.startsWith('bench/');
}

/** Of alternatives one must be allowed, of a conjunction all. */
function isAllowed(licence: string | undefined): boolean {
  const text = (licence ?? '').replace(/[()]/g, '');
  // Not only in capitals, as SPDX has it.
  return text.split(/ or /i).some((one) => one.split(' AND ').every((name) => LICENCES.has(name.trim())));
}

if (import.meta.main) {
  const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
  const lock = read('package-lock.json') as Lock;
  if (process.argv.includes('--licences'))
    for (const [licence, names] of licencesOf(lock)) console.log(`${licence}: ${names.join(', ')}`);
  const problems = auditLock(lock, read('package.json') as Manifest);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
