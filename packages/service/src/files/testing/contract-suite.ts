import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { FileDrop } from '../drop.ts';
import type { FileStore } from '../store.ts';
import { takeIn } from '../take-in.ts';

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

/** What every place does where others put files, and from which they are taken into a store. `put` is what the other program does. */
export function fileDropSuite(
  name: string,
  open: () => Promise<{
    drop: FileDrop;
    files: FileStore;
    put(name: string, content: Buffer): Promise<void>;
  }>,
): void {
  describe(`what others put into ${name}`, () => {
    let world: Awaited<ReturnType<typeof open>>;
    before(async () => {
      world = await open();
    });
    after(async () => {
      await world?.drop.close();
      await world?.files.close();
    });
    const nameOf = () => `a-${randomUUID()}.mp4`;
    const take = async (
      from: string,
      as: string,
      mostBytes = 1 << 30,
      signal = new AbortController().signal,
    ) => await takeIn({ drop: world.drop, from, files: world.files, as, mostBytes, signal });
    const read = async (as: string) => {
      const body = await world.files.get(as);
      return body && (await buffer(body));
    };

    it('is taken whole, as often as it is asked for, and is there until it is removed', async () => {
      const [from, as, content] = [nameOf(), randomUUID(), randomBytes(3 * 1024 * 1024 + 1)];
      await world.put(from, content);
      const facts = { bytes: content.length, digest: createHash('sha256').update(content).digest() };
      for (let times = 0; times < 2; times++) assert.deepEqual(await take(from, as), facts);
      await world.drop.remove(from);
      await world.drop.remove(from);
      assert.equal(await take(from, randomUUID()), 'missing');
      assert.deepEqual(await read(as), content);
    });

    it('is not taken when there is too much of it, or whoever takes it stops', async () => {
      const [from, as] = [nameOf(), randomUUID()];
      await world.put(from, randomBytes(1_000));
      assert.equal(await take(from, as, 999), 'too-large');
      await assert.rejects(take(from, as, 1_000, AbortSignal.abort(new Error('stopped'))));
      assert.equal(await read(as), undefined);
      assert.equal(((await take(from, as, 1_000)) as { bytes: number }).bytes, 1_000);
    });

    it('is not reached by what could be a path', async () => {
      for (const bad of ['../../etc/passwd', '', '.', '..', 'a/b', '.hidden', 'a\0b']) {
        await assert.rejects(async () => await world.drop.get(bad), /letters/);
        await assert.rejects(async () => await world.drop.remove(bad), /letters/);
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
