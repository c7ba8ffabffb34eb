/**
 * The public API of SkillSwap, as its clients know it: in this folder request and response bodies by context, here what the contexts
 * share. Names in camelCase, ids as UUIDs, pages from 0 on, errors as problem documents.
 */
import { INTEGER, JsonObject, Nullable, Timestamp } from '@banyan/monolith/api';
import { type Static, type TSchema, Type } from 'typebox';

export const API = '/api/v1';

export { JsonObject, Nullable, Timestamp };

export const Uuid = Type.String({ format: 'uuid' });
export const Text = (maxLength: number, minLength = 0) => Type.String({ minLength, maxLength });
export const Integer = (minimum = 0, maximum = INTEGER.maximum) => Type.Integer({ minimum, maximum });

export const Id = Type.Object({ id: Uuid });
export type Id = Static<typeof Id>;

export const UserId = Type.Object({ userId: Uuid });
export type UserId = Static<typeof UserId>;

export const Paging = {
  page: Type.Integer({ minimum: 0, maximum: 100_000, default: 0 }),
  size: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
};

export const PageQuery = Type.Object(Paging);
export type PageQuery = Static<typeof PageQuery>;

export function Page<T extends TSchema>(item: T) {
  return Type.Object({
    content: Type.Array(item),
    page: Type.Integer(),
    size: Type.Integer(),
    totalElements: Type.Integer(),
    totalPages: Type.Integer(),
  });
}

/** Nothing is answered but that it is done. */
export const Done = Type.Unsafe<null>({ type: 'null' });
