import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];

type Report = { modules: { source: string }[]; summary: { violations: { rule: { name: string } }[] } };

/** Through a file: a process that ends may not have emptied a pipe that nobody has read fast enough. */
async function cruise(folder: string): Promise<Report> {
  const output = join(mkdtempSync(join(tmpdir(), 'cruise-')), 'report.json');
  try {
    // Exits with the number of violations; without a report, because of something else.
    await run('depcruise', [...args, '--output-to', output, folder]).catch((error: Error) => {
      if (!existsSync(output)) throw error;
    });
    return JSON.parse(readFileSync(output, 'utf8'));
  } finally {
    rmSync(dirname(output), { recursive: true });
  }
}

it('reads every TypeScript file, so that the directions are really checked', async () => {
  const { modules } = await cruise('packages');
  const read = new Set(modules.map(({ source }) => source));
  const missing = globSync('packages/*/src/**/*.{ts,tsx}').filter((file) => !read.has(file));
  assert.deepEqual(missing, []);
});

it('refuses an import that points upward', async () => {
  const file = join('packages', 'postgres', 'src', `upward-${process.pid}`, 'probe.ts');
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, "import { bucket } from '@banyan/gateway';\nexport const probe = bucket;\n");
    const { summary } = await cruise(file);
    assert.ok(summary.violations.some(({ rule }) => rule.name === 'postgres-imports-npm-only'));
  } finally {
    rmSync(dirname(file), { recursive: true, force: true });
  }
});

it('makes no path of the pathname of a URL, which is another one as soon as a folder has a space in its name', () => {
  const wrong = globSync('{packages,systems,bench,test,scripts,examples}/**/*.{ts,tsx,js}', {
    exclude: (path) => path.includes('node_modules') || path.includes('.banyan'),
  }).filter((file) => /import\.meta\.url\)\s*\.pathname/.test(readFileSync(file, 'utf8')));
  assert.deepEqual(wrong, []);
});
