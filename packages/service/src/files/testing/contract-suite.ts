import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { FileStore } from '../store.ts';

/** What every store of files does. */
export function fileStoreSuite(name: string, open: () => Promise<FileStore>): void {
  describe(`files in ${name}`, () => {
    let files: FileStore;
    before(async () => {
      files = await open();
    });
    after(async () => await files?.close());

    const factsOf = (content: Buffer) => ({
      bytes: content.length,
      digest: createHash('sha256').update(content).digest(),
    });
    const put = async (content: Buffer, id: string = randomUUID()) => {
      await files.put(id, Readable.from(inChunks(content)), factsOf(content));
      return id;
    };
    const read = async (id: string) => {
      const body = await files.get(id);
      return body && (await buffer(body));
    };

    it('are what was put there, whatever bytes and however many', async () => {
      for (const content of [Buffer.from('a'), randomBytes(3 * 1024 * 1024 + 1)])
        assert.deepEqual(await read(await put(content)), content);
    });

    it('are there until they are removed, which may be said twice', async () => {
      const id = await put(Buffer.from('soon gone'));
      await files.remove(id);
      await files.remove(id);
      assert.equal(await read(id), undefined);
    });

    it('are not there when they did not come whole', async () => {
      const [broken, short] = [randomUUID(), randomUUID()];
      const whole = factsOf(Buffer.alloc(100_000));
      await assert.rejects(files.put(broken, Readable.from(breaking()), whole));
      await assert.rejects(files.put(short, Readable.from([Buffer.alloc(50_000)]), whole));
      assert.deepEqual([await read(broken), await read(short)], [undefined, undefined]);
    });

    it('have no names but UUIDs', async () => {
      for (const bad of ['../../etc/passwd', '', 'a/b', `${randomUUID()}/..`]) {
        await assert.rejects(async () => await files.get(bad), /UUID/);
        await assert.rejects(async () => await files.remove(bad), /UUID/);
      }
    });
  });
}

function* inChunks(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 64 * 1024) yield content.subarray(at, at + 64 * 1024);
}

function* breaking(): Generator<Buffer> {
  yield Buffer.alloc(50_000);
  throw new Error('the client went away');
}
