/**
 * The public API of Career Copilot, as its clients know it: in this folder request and response bodies by context, here
 * what the contexts share. The monolith and the services that take its routes over answer by these, so that nobody can tell
 * them apart.
 */
import { INTEGER, JsonObject, Nullable, Timestamp } from '@banyan/monolith/api';
import { type Static, type TObject, type TSchema, Type } from 'typebox';

export const API = '/api/v1';

export { INTEGER, JsonObject, Nullable, Timestamp };

export const Id = Type.Object({ id: Type.Integer({ ...INTEGER, minimum: 1 }) });
export type Id = Static<typeof Id>;

export const Message = Type.Object({ message: Type.String() });

export const Paging = {
  page: Type.Integer({ minimum: 1, maximum: 100_000, default: 1 }),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
};

/** A page of rows under their own name, as the legacy API pages everything. */
export function Page<K extends string, T extends TSchema>(name: K, item: T): TObject {
  return Type.Object({
    [name]: Type.Array(item),
    total_count: Type.Integer(),
    page: Type.Integer(),
    limit: Type.Integer(),
    total_pages: Type.Integer(),
  });
}

/** A page as the legacy API names it: rows under `name`, then the counts. */
export function paged(
  name: string,
  rows: unknown[],
  total: number,
  { page, limit }: { page: number; limit: number },
): Record<string, unknown> {
  return { [name]: rows, total_count: total, page, limit, total_pages: Math.ceil(total / limit) };
}
