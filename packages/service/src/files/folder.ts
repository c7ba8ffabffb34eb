import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkDropName, type FileDrop } from './drop.ts';
import { checkName, exactly, type FileStore } from './store.ts';

/**
 * Files in a folder, which is made with the first one; several processes may share it. What a killed process has left half written is called
 * `<name>.part`, and goes with `remove`.
 */
export function folderFiles(folder: string): FileStore {
  const place = (name: string) => join(folder, checkName(name).slice(0, 2), name);
  return {
    async put(name, body, { bytes }) {
      const path = place(name);
      const part = `${path}.part`;
      try {
        await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
        await pipeline(body, exactly(bytes), createWriteStream(part, { mode: 0o600, flush: true }));
        await rename(part, path);
        await syncFolder(join(path, '..'));
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    get: async (name) => await read(place(name)),
    async remove(name) {
      for (const path of [place(name), `${place(name)}.part`]) await rm(path, { force: true });
    },
    close: async () => {},
  };
}

/** What another program puts into a folder. */
export function folderDrop(folder: string): FileDrop {
  const place = (name: string) => join(folder, checkDropName(name));
  return {
    get: async (name) => await read(place(name)),
    remove: async (name) => await rm(place(name), { force: true }),
    close: async () => {},
  };
}

/** Undefined if there is none. */
async function read(path: string): Promise<Readable | undefined> {
  try {
    const file = await open(path);
    return file.createReadStream();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The name survives a crash of the machine, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
