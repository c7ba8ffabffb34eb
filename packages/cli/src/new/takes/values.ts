import type { Column } from './table.ts';

/** A type of PostgreSQL in the code of a service: how a client sends a value and reads it, and the n-th of some values. */
type Kind = {
  /** TypeBox, in a body. */
  given: string;
  /** TypeBox, in an answer; the type that it has is that of the driver's value. */
  shown: string;
  sample(n: number): unknown;
  /** As which a list can be ordered by it (`keyset`); undefined: by none. */
  order?: 'integer' | 'bigint' | 'numeric' | 'text' | 'uuid' | 'timestamptz';
  /** It is read as text: the driver has no value that would come back as it was. */
  asText?: true;
};

/** How a client sends and reads the values of a column. */
export function kindOf(column: Column): Kind {
  const one = column.labels ? oneOf(column.labels) : (KINDS[column.base] ?? TEXT_OF_OTHER)(column);
  if (!column.isArray) return one;
  return {
    given: `Type.Array(${one.given})`,
    shown: one.asText ? 'Type.Unknown()' : `Type.Array(${one.shown})`,
    sample: (n) => [one.sample(n)],
  };
}

/** What an answer shows of a column: null too where it may be. `Nullable` is written beside (see write-api.ts). */
export function shownOf(column: Column): string {
  const { shown } = kindOf(column);
  return column.notNull || shown === 'Type.Unknown()' ? shown : `Nullable(${shown})`;
}

const integer = (bits: number): string =>
  `Type.Integer({ minimum: ${-(2 ** (bits - 1))}, maximum: ${2 ** (bits - 1) - 1} })`;
const moment = (): Kind => ({
  given: `Type.String({ format: 'date-time' })`,
  shown: `Type.Unsafe<Date>({ type: 'string', format: 'date-time' })`,
  sample: (n) => `2026-01-0${n}T00:00:00.000Z`,
  order: 'timestamptz',
});
const number = (): Kind => ({ given: 'Type.Number()', shown: 'Type.Number()', sample: (n) => n });
const anything = (): Kind => ({ given: 'Type.Unknown()', shown: 'Type.Unknown()', sample: (n) => ({ n }) });
const whole = (bits: number) => (): Kind => ({
  given: integer(bits),
  shown: 'Type.Integer()',
  sample: (n) => n,
  order: 'integer',
});
const characters = ({ length }: Column): Kind => ({
  given: length === null ? 'Type.String()' : `Type.String({ maxLength: ${length} })`,
  shown: 'Type.String()',
  sample: (n) => `${n} of text`.slice(0, length ?? undefined),
  order: 'text',
});
const asText = (sample: (n: number) => string) => (): Kind => ({
  given: 'Type.String()',
  shown: 'Type.String()',
  sample,
  asText: true,
});

const KINDS: Record<string, (column: Column) => Kind> = {
  int2: whole(16),
  int4: whole(32),
  // The driver gives text, which the answer's schema makes a number of.
  int8: () => ({
    given: `Type.Integer({ minimum: ${Number.MIN_SAFE_INTEGER}, maximum: ${Number.MAX_SAFE_INTEGER} })`,
    shown: `Type.Unsafe<string>({ type: 'integer' })`,
    sample: (n) => n,
    order: 'bigint',
  }),
  numeric: () => ({
    given: 'Type.Number()',
    shown: `Type.Unsafe<string>({ type: 'number' })`,
    sample: (n) => n,
    order: 'numeric',
  }),
  float4: number,
  float8: number,
  bool: () => ({ given: 'Type.Boolean()', shown: 'Type.Boolean()', sample: () => true }),
  text: characters,
  varchar: characters,
  bpchar: characters,
  uuid: () => ({
    given: `Type.String({ format: 'uuid' })`,
    shown: 'Type.String()',
    sample: (n) => `00000000-0000-4000-8000-00000000000${n}`,
    order: 'uuid',
  }),
  timestamptz: moment,
  timestamp: moment,
  date: () => ({
    given: `Type.String({ format: 'date' })`,
    shown: 'Type.String()',
    sample: (n) => `2026-01-0${n}`,
    asText: true,
  }),
  json: anything,
  jsonb: anything,
  time: asText((n) => `0${n}:00:00`),
  interval: asText((n) => `${n} days`),
  inet: asText((n) => `127.0.0.${n}`),
  bytea: asText((n) => `\\x0${n}`),
};

const TEXT_OF_OTHER = asText((n) => String(n));

function oneOf(labels: readonly string[]): Kind {
  const schema = `Type.Unsafe<${labels.map((label) => JSON.stringify(label)).join(' | ')}>({ type: 'string', enum: ${JSON.stringify(labels)} })`;
  return { given: schema, shown: schema, sample: (n) => labels[(n - 1) % labels.length] };
}
