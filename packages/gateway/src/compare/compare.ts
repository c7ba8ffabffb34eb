import { isDeepStrictEqual } from 'node:util';
import type { Route } from '../control/route-table.ts';

export type Answer = {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Decoded from any content encoding. */
  body: string;
};

/** `a` and `b` are what the two answers have at `pointer`; undefined where one has nothing. */
export type Difference = { pointer: string; a: unknown; b: unknown };

export type Ignore = NonNullable<Route['ignore']>;

/** Headers that belong to the meaning of an answer. All others are the business of the server that sent them. */
const COMPARED_HEADERS = [
  'content-type',
  'location',
  'cache-control',
  'www-authenticate',
  'content-language',
];
const MOST = 50;

/**
 * What two answers differ in, at most 50 places. Pointers are JSON pointers into the body (RFC 6901), or `#status`,
 * `#header/<name>` and `#body` (a body that is not JSON). The order of keys never matters; the order of an array
 * does unless `ignore.arrayOrder` names it.
 */
export function differencesOf(a: Answer, b: Answer, ignore: Ignore = {}): Difference[] {
  const found: Difference[] = [];
  if (a.status !== b.status) found.push({ pointer: '#status', a: a.status, b: b.status });
  const ignored = new Set(ignore.headers?.map((name) => name.toLowerCase()));
  for (const name of COMPARED_HEADERS) {
    if (ignored.has(name)) continue;
    const [left, right] = [headerOf(a, name), headerOf(b, name)];
    if (left !== right) found.push({ pointer: `#header/${name}`, a: left, b: right });
  }
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) {
    if (a.body !== b.body)
      found.push({ pointer: '#body', a: a.body.slice(0, 1000), b: b.body.slice(0, 1000) });
    return found;
  }
  const rules = {
    fields: (ignore.fields ?? []).map(segmentsOf),
    arrayOrder: (ignore.arrayOrder ?? []).map(segmentsOf),
  };
  walk(left.value, right.value, [], rules, found);
  return found;
}

/** A pattern such as /items/*\/id, where * is any array index or key. */
function matchesPattern(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === '*' || part === path[i]);
}

/** The pointer with array indexes as *, under which noise is counted. */
export function shapeOf(pointer: string): string {
  return pointer.startsWith('#') ? pointer : pointer.replace(/\/\d+(?=\/|$)/g, '/*');
}

type Rules = { fields: string[][]; arrayOrder: string[][] };

function walk(a: unknown, b: unknown, path: string[], rules: Rules, found: Difference[]): void {
  if (found.length >= MOST || rules.fields.some((pattern) => matchesPattern(pattern, path))) return;
  if (Array.isArray(a) && Array.isArray(b)) {
    const anyOrder = rules.arrayOrder.some((pattern) => matchesPattern(pattern, path));
    const [left, right] = anyOrder ? [sorted(a), sorted(b)] : [a, b];
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      walk(left[i], right[i], [...path, String(i)], rules, found);
    }
    return;
  }
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      walk(a[key], b[key], [...path, key], rules, found);
    }
    return;
  }
  if (isDeepStrictEqual(a, b)) return;
  found.push({ pointer: path.map((part) => `/${escapePart(part)}`).join(''), a, b });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(list: unknown[]): unknown[] {
  return list
    .map((item) => ({ item, id: canonical(item) }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map(({ item }) => item);
}

/** JSON with keys in order, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

function parse(answer: Answer): { value: unknown } | undefined {
  if (answer.body === '') return undefined;
  if (!/\bjson\b/i.test(answer.headers['content-type'] ?? '')) return undefined;
  try {
    return { value: JSON.parse(answer.body) };
  } catch {
    return undefined;
  }
}

/** Of a content type only the media type counts: `; charset=utf-8` is spelled in many ways. */
function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return name === 'content-type' ? value?.split(';')[0]?.trim().toLowerCase() : value;
}

function segmentsOf(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
