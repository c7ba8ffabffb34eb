import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import type { Service } from '../lifecycle/definition.ts';
import { startClamdDouble } from '../virus-scan/testing/clamd-double.ts';
import { openDrop, openFiles } from './open.ts';
import type { FileStore } from './store.ts';
import { takeIn } from './take-in.ts';
import { fileDropSuite, fileStoreSuite } from './testing/contract-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
after(() => rmSync(folder, { recursive: true, force: true }));

fileStoreSuite('a folder', async () => await openFiles(`file:${join(folder, 'made', 'when needed')}`));

fileDropSuite('a folder', async () => {
  const dropped = join(folder, 'dropped');
  mkdirSync(dropped);
  return {
    drop: await openDrop(`file:${dropped}`),
    files: await openFiles(`file:${join(folder, 'taken')}`),
    put: async (name, content) => await writeFile(join(dropped, name), content),
  };
});

it('what is taken from a drop is never whole in memory', async () => {
  const [name, MIB] = ['large.mp4', 1024 * 1024];
  // A file with nothing in it: it takes no place on the disk.
  writeFileSync(join(folder, name), '');
  truncateSync(join(folder, name), 512 * MIB);
  let [most, came] = [0, 0];
  const before = process.memoryUsage.rss();
  const files: FileStore = {
    put: async (_name, body) => {
      for await (const chunk of body) {
        came += (chunk as Buffer).length;
        most = Math.max(most, process.memoryUsage.rss() - before);
      }
    },
    get: async () => undefined,
    remove: async () => {},
    close: async () => {},
  };
  const drop = await openDrop(`file:${folder}`);
  const signal = new AbortController().signal;
  await takeIn({ drop, from: name, files, as: crypto.randomUUID(), mostBytes: 512 * MIB, signal });
  assert.equal(came, 512 * MIB);
  assert.ok(most < 256 * MIB, `${most / MIB} MiB more than before`);
});

it('nothing half written is left in the folder', () => {
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((name) => name.endsWith('.part')),
    [],
  );
});

it('files are kept nowhere else', async () => {
  for (const url of ['ftp://example.com/a', 'https://example.com'])
    await assert.rejects(openFiles(url), /s3:/);
});

it('the example of docs/services.md keeps what a scanner found clean, and nothing else', async (t) => {
  const [body] = blocksOf('docs/services.md', 'ts files');
  const { pictures } = await moduleOf<{ pictures: Service }>(body!);
  const clamd = await startClamdDouble('harm');
  t.after(() => clamd.close());
  const service = await pictures.start({
    DATABASE_URL: await (await testServer()).database('pictures'),
    LOG_LEVEL: 'silent',
    PICTURE_STORE: `file:${join(folder, 'pictures')}`,
    VIRUS_SCANNER: clamd.url,
  });
  t.after(() => service.close());
  const post = async (svg: string) =>
    await fetch(`${service.url}/pictures`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ svg }),
    });
  const { name } = (await (await post('<svg/>')).json()) as { name: string };
  const kept = await fetch(`${service.url}/pictures/${name}`);
  assert.deepEqual([kept.status, await kept.text()], [200, '<svg/>']);
  assert.equal((await fetch(`${service.url}/pictures/${crypto.randomUUID()}`)).status, 404);
  assert.equal((await post('<svg>harm</svg>')).status, 422);
  clamd.answer = 'INSTREAM size limit exceeded. ERROR';
  assert.equal((await post('<svg/>')).status, 500);
  assert.equal(readdirSync(join(folder, 'pictures')).length, 1);
});
