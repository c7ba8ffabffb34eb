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

/** What a body may be: so large, and so long on its way as `msFor` says. */
export type Bounds = { mostBytes: number; graceMs: number };

/**
 * Has a body come in, onto the disk as it comes, and hands it to `work`. Its name is gone from the folder before the first byte is there, so that
 * nothing is left of it however this ends, also when the process is killed. Throws `DOCUMENT_TOO_LARGE`, `DOCUMENT_EMPTY`, `UPLOAD_TOO_SLOW`.
 */
export async function receive<T>(
  body: Readable,
  bounds: Bounds,
  work: (received: Received) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `upload-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return await work(await take(body, bounds, file));
  } finally {
    await file.close();
  }
}

/** Slower than any line on which somebody uploads a file with patience, bytes in a second. */
const LEAST_RATE = 32 * 1024;

/** How long a body may take of which so many bytes have come, ms: it is behind as soon as it has come slower than that. Pure. */
export function msFor(bytes: number, graceMs: number): number {
  return graceMs + (bytes / LEAST_RATE) * 1_000;
}

async function take(body: Readable, { mostBytes, graceMs }: Bounds, file: FileHandle): Promise<Received> {
  const hash = createHash('sha256');
  const text = textCheck();
  let bytes = 0;
  for await (const chunk of inTime(body, graceMs)) {
    bytes += chunk.length;
    // Of somewhat too much the rest is read and dropped, so that the answer is read; who sends without end is cut off.
    if (bytes > mostBytes * 2) {
      body.destroy();
      break;
    }
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

/** The chunks of a body, as long as they come fast enough. It is left open: whoever was too slow is told so. Throws `UPLOAD_TOO_SLOW`. */
async function* inTime(body: Readable, graceMs: number): AsyncGenerator<Buffer, void> {
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  const began = performance.now();
  for (let bytes = 0; ; ) {
    const next = chunks.next();
    const chunk = await orLate(next, msFor(bytes, graceMs) - (performance.now() - began));
    if (chunk === LATE) throw errors('UPLOAD_TOO_SLOW', { headers: { connection: 'close' } });
    if (chunk.done) return;
    bytes += chunk.value.length;
    yield chunk.value;
  }
}

const LATE = Symbol('late');

/** What is awaited or, after so many ms, that it has not come; what becomes of it then is nobody's. */
async function orLate<T>(awaited: Promise<T>, ms: number): Promise<T | typeof LATE> {
  const late = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(late.resolve, Math.max(0, ms), LATE);
  awaited.catch(() => {});
  return await Promise.race([awaited, late.promise]).finally(() => clearTimeout(timer));
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
