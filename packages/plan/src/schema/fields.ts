import {
  type TObject,
  type TOptional,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  Type,
} from 'typebox';

/**
 * What the schema of the plan is written in: JSON Schema with the words for its errors (`must` completes "must be ...",
 * `example` is put in the hint) and, for each field, those of the reference (a description and what holds when it is
 * left out).
 */
export type Words = { must: string; example: string };

/** The value that holds when a field is left out. Others have words for what it depends on (`otherwise`), or nothing. */
export type Default = { default: unknown };

/** A field that has to be there. */
export function required<S extends TSchema>(description: string, schema: S): S {
  return Type.With(schema, { description }) as unknown as S;
}

/** A field that may be left out. A default is filled in by `filled`; what else holds is for resolvePlan to say. */
export function optional<S extends TSchema>(
  description: string,
  schema: S,
  fallback: Default,
): TOptional<S> & Default;
export function optional<S extends TSchema>(
  description: string,
  schema: S,
  fallback?: { otherwise: string },
): TOptional<S>;
export function optional<S extends TSchema>(
  description: string,
  schema: S,
  fallback?: Default | { otherwise: string },
): TOptional<S> {
  return Type.Optional(Type.With(schema, { description, ...fallback }) as unknown as S) as TOptional<S>;
}

/** A schema that is described as a whole, whatever in it is wrong. */
export function described<S extends TSchema>(
  schema: (options: TSchemaOptions) => S,
  must: string,
  example: string,
): S {
  return schema({ must, example } satisfies Words as TSchemaOptions);
}

export const text = (must: string, example: string, pattern = '\\S') =>
  described((options) => Type.String({ ...options, pattern }), must, example);

export const whole = (minimum: number, maximum: number, must: string, example: string) =>
  described((options) => Type.Integer({ ...options, minimum, maximum }), must, example);

export const number = (minimum: number, maximum: number, must: string, example: string) =>
  described((options) => Type.Number({ ...options, minimum, maximum }), must, example);

export const flag = () => described((options) => Type.Boolean(options), 'true or false', 'true');

export const oneOf = <const V extends readonly string[]>(...values: V) =>
  Type.Unsafe<V[number]>(
    described(
      (options) =>
        Type.Union(
          values.map((value) => Type.Literal(value)),
          options,
        ),
      `one of ${values.map((value) => `'${value}'`).join(', ')}`,
      `'${values[0]}'`,
    ),
  );

export const list = <S extends TSchema>(item: S, must: string, example: string, minItems = 0) =>
  described((options) => Type.Array(item, { ...options, minItems }), must, example);

export const strings = (must: string, example: string) => list(text('a text', "'id'"), must, example);

/** Things by their names. */
export const named = <S extends TSchema>(item: S, must: string, example: string) =>
  described((options) => Type.Record(Type.String(), item, options), must, example);

export const record = <P extends TProperties>(properties: P, must: string): TObject<P> =>
  described(
    (options) => Type.Object(properties, { ...options, additionalProperties: false }),
    must,
    '{ ... }',
  );

/** One of several records, which an error tells as a whole. */
export const either = <S extends TSchema[]>(variants: [...S], must: string, example: string) =>
  described((options) => Type.Union(variants, options), must, example);

/** The fields of a record that is described as a part of something else. */
export const fields = <P extends TProperties>(properties: P): TObject<P> =>
  Type.Object(properties, { additionalProperties: false });

export const orNull = <S extends TSchema>(schema: S, must: string, example: string) =>
  described((options) => Type.Union([schema, Type.Null()], options), must, example);

export const port = () => whole(0, 65_535, 'a port from 0 to 65535 (0: any free one)', '8080');

export const milliseconds = () => whole(1, 3_600_000, 'milliseconds from 1 to 3600000', '2000');

export const database = () =>
  text('a PostgreSQL URL', "'postgres://user:password@127.0.0.1:5432/name'", '^postgres(ql)?://\\S+$');

export const host = () => text('a host name or address', "'127.0.0.1'", '^\\S+$');

const ORIGIN = '^https?://[^/\\s?#@]+/?$';

export const origins = () =>
  described(
    (options) =>
      Type.Union(
        [Type.String({ pattern: ORIGIN }), Type.Array(Type.String({ pattern: ORIGIN }), { minItems: 1 })],
        options,
      ),
    'an http(s) origin without a path, or a list of them',
    "'http://127.0.0.1:8000'",
  );

export const healthPath = () =>
  orNull(Type.String({ pattern: '^/\\S*$' }), 'a path, or null for no active checks', "'/health'");
