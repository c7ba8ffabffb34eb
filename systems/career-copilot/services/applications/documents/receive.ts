import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type ContentType, contentTypeOf } from './content.ts';
import { errors } from './errors.ts';

/** A file that has come whole, and waits to be kept. */
export type Received = {
  bytes: number;
  digest: Buffer;
  type: ContentType | undefined;
  /** From its beginning; each time anew. */
  read(): Readable;
};

const SAMPLE_BYTES = 1_024;

/**
 * Has a body come in, onto the disk as it comes, and hands it to `work`. Its name is gone from the folder before the first byte is there, so that
 * nothing is left of it however this ends, also when the process is killed. Throws `DOCUMENT_TOO_LARGE`, `DOCUMENT_EMPTY`.
 */
export async function receive<T>(
  body: Readable,
  mostBytes: number,
  work: (received: Received) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `upload-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return await work(await take(body, mostBytes, file));
  } finally {
    await file.close();
  }
}

async function take(body: Readable, mostBytes: number, file: FileHandle): Promise<Received> {
  const hash = createHash('sha256');
  const text = textCheck();
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Of somewhat too much the rest is read and dropped, so that the answer is read; who sends without end is cut off.
    if (bytes > mostBytes * 2) break;
    if (bytes > mostBytes) continue;
    hash.update(chunk);
    text.take(chunk);
    await file.write(chunk);
  }
  if (bytes > mostBytes) throw errors('DOCUMENT_TOO_LARGE', { fields: { most_bytes: mostBytes } });
  if (bytes === 0) throw errors('DOCUMENT_EMPTY');
  const head = await part(file, 0, Math.min(bytes, SAMPLE_BYTES));
  const tail = await part(file, Math.max(0, bytes - SAMPLE_BYTES), Math.min(bytes, SAMPLE_BYTES));
  const type = await contentTypeOf({ head, tail, isText: text.end(), fd: file.fd });
  const read = () => file.createReadStream({ start: 0, autoClose: false });
  return { bytes, digest: hash.digest(), type, read };
}

async function part(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** UTF-8, chunk by chunk, without what nobody writes. */
function textCheck(): { take(chunk: Buffer): void; end(): boolean } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isText = true;
  const decode = (chunk?: Buffer) => {
    try {
      const decoded = chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
      isText &&= !/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/.test(decoded);
    } catch {
      isText = false;
    }
  };
  return {
    take: (chunk) => {
      if (isText) decode(chunk);
    },
    end: () => {
      if (isText) decode();
      return isText;
    },
  };
}
