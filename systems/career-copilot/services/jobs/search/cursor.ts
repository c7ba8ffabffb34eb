import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { INTEGER } from '../../../api/common.ts';
import { ApiError } from '../../../kit/legacy-errors.ts';

/** A place in what was found: behind this job, whose score was reckoned as of `asOf` (ms). Jobs that came later are not in it. */
export type Cursor = Static<typeof Cursor>;
const Cursor = Type.Object({
  asOf: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
  score: Type.Number(),
  id: Type.Integer(INTEGER),
});

export function writeCursor({ asOf, score, id }: Cursor): string {
  return Buffer.from(JSON.stringify([asOf, score, id])).toString('base64url');
}

/** Throws `ApiError` BAD_CURSOR for what `writeCursor` has not written. */
export function readCursor(text: string): Cursor {
  const [asOf, score, id] = listIn(Buffer.from(text, 'base64url').toString());
  const cursor = { asOf, score, id };
  if (!Value.Check(Cursor, cursor)) throw new ApiError('BAD_CURSOR');
  return cursor;
}

function listIn(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
