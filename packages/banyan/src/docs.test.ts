import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { blocksOf, PAGES, textOf, withFile } from '../../../scripts/documentation.ts';
import { loadPlan } from './load-plan.ts';

describe('the documentation', () => {
  for (const page of PAGES) {
    for (const [index, body] of blocksOf(page, 'ts plan').entries()) {
      it(`has a plan that is valid as it stands (${page}, ${index + 1})`, async () => {
        const { warnings } = await withFile(body, (file) => loadPlan(file));
        assert.deepEqual(warnings, []);
      });
    }
  }

  it('has a unit file that systemd takes', { skip: !existsSync('/usr/bin/systemd-analyze') }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-docs-'));
    try {
      const file = join(folder, 'banyan.service');
      writeFileSync(file, blocksOf('docs/service.md', 'ini unit')[0]!);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      assert.deepEqual([status, stderr.includes('banyan.service')], [0, false], stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('leads only to files that are there', () => {
    const links = /\]\(([^)\s#]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g;
    for (const page of PAGES)
      for (const [, link, picture] of textOf(page).matchAll(links)) {
        const path = link ?? picture!;
        if (!/^[a-z]+:/.test(path)) assert.ok(existsSync(join(dirname(page), path)), `${page}: ${path}`);
      }
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as {
      scripts: Record<string, string>;
    };
    for (const page of PAGES) {
      for (const [, name] of textOf(page).matchAll(/npm run ([\w:]+(?:-[\w:]+)*)/g)) {
        assert.ok(scripts[name!], `${page}: npm run ${name}`);
      }
    }
  });
});
