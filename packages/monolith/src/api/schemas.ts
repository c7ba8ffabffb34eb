import { type TSchema, Type } from 'typebox';

/** As a response schema it also fixes the order of the keys; dates become ISO 8601 in UTC with milliseconds. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });

export function Nullable<T>(schema: TSchema & { type?: unknown }): ReturnType<typeof Type.Unsafe<T | null>> {
  return Type.Unsafe<T | null>({ ...schema, type: [schema.type as string, 'null'] });
}

export const JsonObject = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
});

/** The limits of PostgreSQL's `integer`, the type of every whole number that is stored. */
export const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 };
