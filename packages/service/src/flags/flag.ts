import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Variant = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' });
const Value = Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 1_000 })]);

/** A flag as the control plane keeps it and services evaluate it. */
export const Flag = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z][a-z0-9.-]{0,63}$', description: "lower case, e.g. 'new-search'" }),
    description: Type.String({ maxLength: 500 }),
    /** Off: everybody gets `whenOff`. */
    on: Type.Boolean(),
    /** What it may be, by name; all of one type. */
    variants: Type.Record(Variant, Value, { minProperties: 1, maxProperties: 20 }),
    /** Variant of all whom nothing else concerns. */
    default: Variant,
    whenOff: Variant,
    /** Variant by user id; comes before `split`. */
    users: Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Variant, { maxProperties: 1_000 }),
    /** Shares of users in percent; a user stays in a share while it grows. */
    split: Type.Array(
      Type.Object(
        { variant: Variant, percent: Type.Number({ minimum: 0, maximum: 100 }) },
        { additionalProperties: false },
      ),
      { maxItems: 20 },
    ),
  },
  { additionalProperties: false },
);
export type Flag = Static<typeof Flag>;
export type FlagValue = Static<typeof Value>;

/** All flags at one moment. The revision grows with every change of any of them. */
export const FlagSet = Type.Object({ revision: Type.Integer(), flags: Type.Array(Type.Unknown()) });
export type FlagSet = { revision: number; flags: Flag[] };

export type FlagProblem = { path: string; message: string; hint: string };

const shape = Compile(Flag);

/** What is wrong with a flag; empty for a good one, which then is a `Flag`. Other properties (version ...) are left aside. */
export function checkFlag(value: unknown): FlagProblem[] {
  const known = pickKnown(value);
  if (!shape.Check(known)) {
    return shape.Errors(known).map(({ instancePath, message }) => ({
      path: instancePath.slice(1).replaceAll('/', '.') || 'flag',
      message,
      hint: 'see `banyan flags set --help`',
    }));
  }
  const problems: FlagProblem[] = [];
  const types = new Set(Object.values(known.variants).map((each) => typeof each));
  if (types.size > 1) {
    problems.push({
      path: 'variants',
      message: `has values of different types: ${[...types].join(', ')}`,
      hint: 'give all variants values of one type',
    });
  }
  const named = [
    ['default', known.default],
    ['whenOff', known.whenOff],
    ...Object.entries(known.users).map(([user, variant]) => [`users.${user}`, variant] as const),
    ...known.split.map(({ variant }, index) => [`split.${index}`, variant] as const),
  ] as const;
  for (const [path, variant] of named) {
    if (Object.hasOwn(known.variants, variant)) continue;
    problems.push({
      path,
      message: `names the variant '${variant}', which is not there`,
      hint: `name one of ${Object.keys(known.variants).join(', ')}`,
    });
  }
  const sum = known.split.reduce((total, { percent }) => total + percent, 0);
  if (sum > 100 + 1e-9) {
    problems.push({
      path: 'split',
      message: `gives away ${sum} %`,
      hint: 'let the shares add up to at most 100 %',
    });
  }
  return problems;
}

/** A flag without what is not its own (version ...); throws nothing, checks nothing. */
export function pickKnown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name in Flag.properties));
}

export type Evaluation = {
  value: FlagValue;
  variant: string;
  reason: 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT' | 'DEFAULT';
};

/** What a user gets of a flag. Pure: the same everywhere and at any time. Without a user id there is no split. */
export function evaluate(flag: Flag, { targetingKey }: { targetingKey?: string }): Evaluation {
  const give = (variant: string, reason: Evaluation['reason']): Evaluation => ({
    value: flag.variants[variant]!,
    variant,
    reason,
  });
  if (!flag.on) return give(flag.whenOff, 'DISABLED');
  if (targetingKey === undefined || targetingKey === '') return give(flag.default, 'DEFAULT');
  if (Object.hasOwn(flag.users, targetingKey)) return give(flag.users[targetingKey]!, 'TARGETING_MATCH');
  const at = placeOf(flag.key, targetingKey);
  let end = 0;
  for (const { variant, percent } of flag.split) {
    end += percent;
    if (at < end) return give(variant, 'SPLIT');
  }
  return give(flag.default, 'DEFAULT');
}

/** A user's fixed place, 0 up to 100, which differs from flag to flag: the same users are not always the first. */
function placeOf(key: string, user: string): number {
  const digest = createHash('sha256').update(`${key}:${user}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}
