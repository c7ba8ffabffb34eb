import type { FastifyReply, FastifyRequest } from 'fastify';
import { defineErrors } from './errors.ts';

const errors = defineErrors({
  PRECONDITION_REQUIRED: [428, 'Send the ETag that you have read as If-Match.'],
  PRECONDITION_FAILED: [412, 'It has changed since it was read. Read it again.'],
});

/** The tag of a version of something: a number, or any text without quotes that changes when it changes. */
export function etagOf(version: number | string): string {
  return `"${version}"`;
}

/**
 * The versions that a write is meant for, as `etagOf` was given them; undefined: whichever there is (`*`). Compare them in
 * the statement that writes (`... AND version::text = ANY($2)`) and throw `preconditionFailed()` when it finds nothing.
 * Weak tags match nothing, as RFC 9110 has it. Throws 428 without the header, unless `required` is false.
 */
export function ifMatch(
  request: Pick<FastifyRequest, 'headers'>,
  { required = true }: { required?: boolean } = {},
): string[] | undefined {
  const header = request.headers['if-match']?.trim();
  if (header === undefined && required) throw errors('PRECONDITION_REQUIRED');
  if (header === undefined || header === '*') return undefined;
  return strongTags(header);
}

/** 412: what was read is not what is there any more. */
export function preconditionFailed(): Error {
  return errors('PRECONDITION_FAILED');
}

/** Sets the tag of what is about to be sent. True: the client has it already, so answer with `reply.code(304).send()`. */
export function tag(request: FastifyRequest, reply: FastifyReply, version: number | string): boolean {
  reply.header('etag', etagOf(version));
  const header = request.headers['if-none-match']?.trim();
  if (header === undefined) return false;
  return header === '*' || strongTags(header.replaceAll('W/"', '"')).includes(String(version));
}

/** All or nothing: a header that is no list of tags names none. */
function strongTags(header: string): string[] {
  if (!/^\s*(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*\s*$/.test(header)) return [];
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, version]) => (weak ? [] : [version!]));
}
