import { extname } from 'node:path';
import { promisify } from 'node:util';
import { type Entry, fromFd, type ZipFile } from 'yauzl';

/** What a document may be, with the endings that its name may have; the first is added where it has none of them. */
const TYPES = {
  'application/pdf': ['.pdf'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
  'text/plain': ['.txt', '.text', '.md'],
} as const satisfies Record<string, readonly string[]>;
export type ContentType = keyof typeof TYPES;

/** Of a file that has come whole. */
export type Sample = {
  /** The first and the last KiB, or all of it. */
  head: Buffer;
  tail: Buffer;
  /** All of it is UTF-8 without control characters. */
  isText: boolean;
  /** Of the open file. */
  fd: number;
};

/**
 * By what is in it: a few types, each known by what nothing else begins with, so that no browser takes it for another. Undefined: it is none of
 * them. A PDF has to begin as one: readers forgive what comes before, and a web page may be that.
 */
export async function contentTypeOf({ head, tail, isText, fd }: Sample): Promise<ContentType | undefined> {
  const begins = (bytes: string) => head.toString('latin1', 0, bytes.length) === bytes;
  if (begins('%PDF-')) return tail.includes('%%EOF') ? 'application/pdf' : undefined;
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begins('\xff\xd8\xff')) return 'image/jpeg';
  if (begins('PK\x03\x04')) return (await isWord(fd)) ? WORD : undefined;
  return isText ? 'text/plain' : undefined;
}

/** Whether a name, or a Content-Type, says it is something else. That it says nothing is fine. */
export function differs(
  type: ContentType,
  { name, contentType }: { name: string; contentType: string | undefined },
): boolean {
  const ending = extname(name).toLowerCase();
  const named = Object.entries(TYPES).find(([, endings]) => (endings as readonly string[]).includes(ending));
  const stated = contentType?.replace(/;.*/s, '').trim().toLowerCase();
  return (
    (named !== undefined && named[0] !== type) ||
    ![type, 'application/octet-stream', undefined].includes(stated)
  );
}

/** As which it is offered: with an ending by which it is opened as what it is. */
export function downloadName(name: string, type: string): string {
  const endings: readonly string[] = TYPES[type as ContentType] ?? ['.bin'];
  return endings.includes(extname(name).toLowerCase()) ? name : `${name}${endings[0]}`;
}

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
/** Of an archive; a letter has some twenty. */
const MOST_ENTRIES = 5_000;
const open = promisify(fromFd) as (fd: number, options: object) => Promise<ZipFile>;

/** An archive with the parts that a document has, and none with programs. Nothing is unpacked. */
async function isWord(fd: number): Promise<boolean> {
  try {
    const zip = await open(fd, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > MOST_ENTRIES) return false;
    const names = new Set<string>();
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject).once('end', resolve);
      zip.on('entry', ({ fileName }: Entry) => {
        names.add(fileName.toLowerCase());
        zip.readEntry();
      });
      zip.readEntry();
    });
    const hasPrograms = [...names].some((name) => name.endsWith('vbaproject.bin'));
    return names.has('[content_types].xml') && names.has('word/document.xml') && !hasPrograms;
  } catch {
    return false;
  }
}
