import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { buildWeb } from './build.ts';
import { sizeOf } from './build-size.ts';

/** What a first load may weigh, bytes of JavaScript by gzip. */
const FIRST_LOAD = 200_000;

describe('the built web', () => {
  it('is one folder for all who ask at once, and leaves nothing else behind', async () => {
    const [folder, ...others] = await Promise.all([buildWeb(), buildWeb(), buildWeb()]);
    assert.deepEqual(others, [folder, folder]);
    assert.ok(existsSync(join(folder, 'index.html')));
    const left = readdirSync(dirname(folder)).filter((name) =>
      join(dirname(folder), name).startsWith(`${folder}.`),
    );
    assert.deepEqual(left, []);
  });

  it('has beside its files what they are compressed, and no map of the sources', async () => {
    const folder = await buildWeb();
    const scripts = globSync('assets/*.js', { cwd: folder }).filter((file) =>
      existsSync(join(folder, `${file}.br`)),
    );
    assert.ok(scripts.length > 0);
    for (const file of scripts) {
      const content = readFileSync(join(folder, file));
      assert.deepEqual(brotliDecompressSync(readFileSync(join(folder, `${file}.br`))), content, file);
      assert.deepEqual(gunzipSync(readFileSync(join(folder, `${file}.gz`))), content, file);
      assert.doesNotMatch(content.toString(), /sourceMappingURL/, file);
    }
    assert.deepEqual(globSync('**/*.map', { cwd: folder }), []);
  });

  it('asks for less JavaScript than it may before the first page is there', async () => {
    assert.ok(sizeOf(await buildWeb()).firstJavaScript < FIRST_LOAD);
  });
});
