import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadPlan } from './load-plan.ts';

/** Beside no source: whoever reads all of them would meet a file that comes and goes. */
const SCRATCH = join(import.meta.dirname, '../../../.banyan');
mkdirSync(SCRATCH, { recursive: true });

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGES = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })];

function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body]) => body!);
}

describe('the documentation', () => {
  for (const page of PAGES) {
    for (const [index, body] of blocks(page, 'ts plan').entries()) {
      it(`has a plan that is valid as it stands (${page}, ${index + 1})`, async () => {
        const file = join(SCRATCH, `docs-${process.pid}-${index}.config.ts`);
        writeFileSync(file, body);
        try {
          const { warnings } = await loadPlan(file);
          assert.deepEqual(warnings, []);
        } finally {
          rmSync(file, { force: true });
        }
      });
    }
  }

  it('has a unit file that systemd takes', { skip: !existsSync('/usr/bin/systemd-analyze') }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-docs-'));
    try {
      const file = join(folder, 'banyan.service');
      writeFileSync(file, blocks('docs/service.md', 'ini unit')[0]!);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      assert.deepEqual([status, stderr.includes('banyan.service')], [0, false], stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const page of PAGES) {
      for (const [, name] of readFileSync(join(ROOT, page), 'utf8').matchAll(/npm run ([\w:]+)/g)) {
        assert.ok(scripts[name!], `${page}: npm run ${name}`);
      }
    }
  });
});
