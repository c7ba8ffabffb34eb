import { inflateRawSync } from 'node:zlib';
import mammoth from 'mammoth';
import { ResumeError } from './errors.ts';

/** What a document may unpack to, whatever its directory says, and of how many parts it may be made. */
const MOST = { bytes: 50 * 1024 * 1024, entries: 2_000 };

/** The text of a Word document, in lines. Throws `ResumeError`, and what the parser throws. */
export async function textOfDocx(bytes: Uint8Array): Promise<string> {
  checkSize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { value } = await mammoth.extractRawText({ buffer: Buffer.from(bytes) });
  return value;
}

const END = { signature: 0x06054b50, length: 22, comment: 65_535 };
const ENTRY = { signature: 0x02014b50, length: 46 };
const LOCAL_LENGTH = 30;
const [STORED, DEFLATED] = [0, 8];

/** Unpacks each part, and stops where they are too much: what a zip says of its own size is not to be believed. */
function checkSize(zip: Buffer): void {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  if (count > MOST.entries) throw new ResumeError('TOO_LARGE_INSIDE');
  let left = MOST.bytes;
  let at = zip.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry++) {
    if (zip.readUInt32LE(at) !== ENTRY.signature) throw new ResumeError('UNREADABLE');
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const local = zip.readUInt32LE(at + 42);
    const from = local + LOCAL_LENGTH + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    left -= unpackedLength(zip.subarray(from, from + packed), method, left);
    if (left < 0) throw new ResumeError('TOO_LARGE_INSIDE');
    at += ENTRY.length + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - END.length - END.comment);
  for (let at = zip.length - END.length; at >= first; at--)
    if (zip.readUInt32LE(at) === END.signature) return at;
  throw new ResumeError('UNREADABLE');
}

function unpackedLength(packed: Buffer, method: number, most: number): number {
  if (method === STORED) return packed.length;
  if (method !== DEFLATED) throw new ResumeError('UNREADABLE');
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) }).length;
  } catch (cause) {
    const isTooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new ResumeError(isTooLarge ? 'TOO_LARGE_INSIDE' : 'UNREADABLE', { cause });
  }
}
