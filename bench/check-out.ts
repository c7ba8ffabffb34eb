import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Our packages and benchmarks as they were at `commit`, in a folder below `directory`, with the dependencies of today.
 * Throws when git does not know the commit.
 */
export function checkOut(commit: string, directory: string): string {
  const tree = join(directory, 'before');
  mkdirSync(tree);
  const archive = execFileSync('git', ['archive', '--format=tar', commit, 'packages', 'bench'], {
    cwd: ROOT,
    maxBuffer: 1 << 30,
  });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  linkDependencies(ROOT, tree);
  for (const folder of ['bench', ...packagesIn(tree)])
    linkDependencies(join(ROOT, folder), join(tree, folder));
  const own = join(tree, 'node_modules', '@banyan');
  mkdirSync(own);
  symlinkSync(join(tree, 'bench'), join(own, 'bench'));
  for (const folder of packagesIn(tree))
    symlinkSync(join(tree, folder), join(own, folder.slice('packages/'.length)));
  return tree;
}

function packagesIn(tree: string): string[] {
  return readdirSync(join(tree, 'packages')).map((name) => join('packages', name));
}

/** Links what is installed in one folder into another, without our own packages. */
function linkDependencies(from: string, to: string): void {
  const source = join(from, 'node_modules');
  const target = join(to, 'node_modules');
  let names: string[];
  try {
    names = readdirSync(source);
  } catch {
    return; // nothing of its own is installed there
  }
  mkdirSync(target, { recursive: true });
  for (const name of names) if (name !== '@banyan') symlinkSync(join(source, name), join(target, name));
}
