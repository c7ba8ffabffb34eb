import { downloadHeaders } from '@banyan/service';
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
  const { name, content_type: type, size_bytes: bytes } = found;
  const headers = downloadHeaders({
    name: downloadName(name, type),
    type: type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    bytes,
  });
  return await reply.headers(headers).send(body);
}
