/** The documentation, for tests that execute what it says. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
/** Beside no source: whoever reads all of them would meet a file that comes and goes. */
const SCRATCH = join(ROOT, '.banyan');

/** Paths from the root of the clone. */
export const PAGES = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })];

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** What stands in the blocks of a page that are marked so, e.g. `sh` or `ts plan`. */
export function blocksOf(page: string, mark: string): string[] {
  return [...textOf(page).matchAll(/^```(.*)\n([\s\S]*?)^```/gm)]
    .filter(([, name]) => name === mark)
    .map(([, , body]) => body!);
}

let files = 0;

/** Hands on the file that a block is for as long as it is looked at; its imports are resolved from the clone. */
export async function withFile<T>(body: string, look: (file: string) => Promise<T>): Promise<T> {
  mkdirSync(SCRATCH, { recursive: true });
  const file = join(SCRATCH, `docs-${process.pid}-${++files}.ts`);
  writeFileSync(file, body);
  try {
    return await look(file);
  } finally {
    rmSync(file, { force: true });
  }
}

/** What a block exports, as a module of its own. */
export async function moduleOf<T>(body: string): Promise<T> {
  return await withFile(body, async (file) => (await import(pathToFileURL(file).href)) as T);
}
