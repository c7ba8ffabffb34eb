import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { UploadedDocument } from '../../../api/documents.ts';
import { downloadName } from './content.ts';
import type { Documents } from './part.ts';
import { checkReadable } from './scan.ts';

/** Of a route that answers so. */
export const FILE = {
  description: 'The file, to be saved and never to be shown in its place.',
  content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
};

/** Answers with the file of a document. Throws where nobody may have it, or not yet (`checkReadable`). */
export async function handOut(
  reply: FastifyReply,
  { files, isScanning }: Documents,
  found: UploadedDocument & { file: string | null },
): Promise<FastifyReply> {
  checkReadable(found.scan, isScanning);
  const body = await files.get(found.file!);
  if (!body) throw new Error(`the file of a document is not in the store: ${found.file}`);
  return await reply.headers(headersOf(found)).send(body);
}

/** No browser takes it for a page: it is saved, its type is not guessed, and if it were shown all the same, no script of it would run. */
function headersOf({
  name,
  content_type: type,
  size_bytes: bytes,
}: UploadedDocument): Record<string, string> {
  const offered = downloadName(name, type);
  const plain = offered.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(offered.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
}
