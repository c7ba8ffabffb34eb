import { promisify } from 'node:util';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { ResumeError } from './errors.ts';

export type ZipLimits = {
  /** Files in it, also those that are not read. */
  files: number;
  /** Of one file that is read, and of all of them, unpacked. */
  bytes: number;
  totalBytes: number;
};

const open = promisify(fromBuffer) as (buffer: Buffer, options: { lazyEntries: true }) => Promise<ZipFile>;

/**
 * The files of an archive that are wanted, by the names that `wanted` gives them (undefined: not read; the first of a name counts). What an archive says of
 * the sizes of its files is not believed: unpacking ends at the limits. Throws `ResumeError`.
 */
export async function unzip(
  archive: Buffer,
  wanted: (path: string) => string | undefined,
  limits: ZipLimits,
): Promise<Map<string, Buffer>> {
  const zip = await open(archive, { lazyEntries: true }).catch((cause: unknown) => {
    throw new ResumeError('UNREADABLE', { cause });
  });
  const found = new Map<string, Buffer>();
  let total = 0;
  try {
    if (zip.entryCount > limits.files) throw new ResumeError('TOO_LARGE_INSIDE');
    for await (const entry of entriesOf(zip)) {
      const name = wanted(entry.fileName);
      if (name === undefined || found.has(name)) continue;
      const content = await contentOf(zip, entry, Math.min(limits.bytes, limits.totalBytes - total));
      total += content.length;
      found.set(name, content);
    }
    return found;
  } finally {
    zip.close();
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(undefined));
      zip.once('error', (cause: unknown) => reject(new ResumeError('UNREADABLE', { cause })));
      zip.readEntry();
    });
    zip.removeAllListeners();
    if (!entry) return;
    yield entry;
  }
}

async function contentOf(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  const tooLarge = () => new ResumeError('TOO_LARGE_INSIDE');
  if (entry.uncompressedSize > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream = await promisify(
      zip.openReadStream.bind(zip) as (
        entry: Entry,
        done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
      ) => void,
    )(entry);
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge();
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw cause instanceof ResumeError ? cause : new ResumeError('UNREADABLE', { cause });
  }
  return Buffer.concat(chunks);
}
