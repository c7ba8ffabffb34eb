import { pick } from '../random.ts';
import { below, chance } from './http/mutate.ts';

type Random = () => number;

/** Values of every type, and the ones that are mistaken for another. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  42,
  2_147_483_648,
  1e308,
  -0.5,
  '',
  ' ',
  '0',
  '007',
  '7 ',
  'null',
  'a\u0000b',
  '\ud800',
  'Zoë',
  'x'.repeat(300),
  'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  [],
  ['a'],
  {},
  { toString: 'no' },
  { __proto__: null, constructor: 1 },
];

export function oddValue(random: Random): unknown {
  if (chance(random, 0.1)) return nested(random, below(random, 40));
  return pick(random, ODD);
}

/** The same document with one to three of its members changed, left out, renamed, or put in. */
export function mutateJson(random: Random, document: unknown): unknown {
  let changed = structuredClone(document);
  for (let times = 1 + below(random, 3); times > 0; times--) changed = mutateOnce(random, changed);
  return changed;
}

/** Any document of at most this depth. */
export function anyJson(random: Random, depth: number): unknown {
  if (depth === 0 || chance(random, 0.3)) return oddValue(random);
  const parts = Array.from({ length: below(random, 4) }, () => anyJson(random, depth - 1));
  if (chance(random, 0.5)) return parts;
  return Object.fromEntries(
    parts.map((part, index) => [pick(random, ['a', 'b', 'next', 'items', `k${index}`]), part]),
  );
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || chance(random, 0.08)) return oddValue(random);
  const keys = Object.keys(value);
  if (keys.length === 0) return oddValue(random);
  const key = pick(random, keys);
  if (chance(random, 0.7))
    return put(value, key, mutateOnce(random, (value as Record<string, unknown>)[key]));
  if (Array.isArray(value)) {
    const copy = [...value];
    if (chance(random, 0.5)) copy.splice(Number(key), 1);
    else copy.push(chance(random, 0.5) ? copy[Number(key)] : oddValue(random));
    return copy;
  }
  const { [key]: taken, ...rest } = value as Record<string, unknown>;
  if (chance(random, 0.5)) return rest;
  return { ...rest, [chance(random, 0.5) ? `${key}x` : 'unknown']: taken };
}

function put(value: object, key: string, part: unknown): unknown {
  if (Array.isArray(value)) return value.with(Number(key), part);
  return { ...value, [key]: part };
}

function nested(random: Random, depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = chance(random, 0.5) ? [value] : { a: value };
  return value;
}
