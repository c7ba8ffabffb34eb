import type { IncomingHttpHeaders } from 'node:http';
import type { RecordedBody } from './recording.ts';
import type { StandIns } from './stand-ins.ts';

/** What of a request and its answer may be written down. Everything that is not named here is replaced or left out. */
export type Scrub = {
  params(params: Readonly<Record<string, string | undefined>>): Record<string, string>;
  query(target: string): [name: string, value: string][];
  headers(headers: IncomingHttpHeaders): Record<string, string>;
  /** Why, when nothing of the body is written down. */
  body(headers: IncomingHttpHeaders, body: Buffer): RecordedBody | { left: string };
  /** What names rows in an answer, by where it stands: all that is written down of it. */
  ids(headers: Readonly<Record<string, string>>, body: string): [pointer: string, id: string | number][];
};

export type ScrubOptions = {
  standIns: StandIns;
  /** Names of parameters and fields whose values are kept as they are. */
  keep: ReadonlySet<string>;
  /** Names that name rows, beside those that look like it. */
  idNames: ReadonlySet<string>;
  /** Told the name of each value that was replaced. */
  replaced: (name: string) => void;
};

/** A document with more of either is left out. */
const DEEPEST = 32;
const MOST_VALUES = 1_000;
/** Of an answer so much is looked at. */
const MOST_IDS = 200;
const MOST_ELEMENTS = 50;
/** A value that is to be kept, and is longer, is none that names anything. */
const LONGEST_KEPT = 200;
/** Shorter ones stand in any header by chance. */
const SHORTEST_SECRET = 6;

const ID_NAME = /^(id|uuid|slug|key)$|[a-z0-9](Id|ID|Uuid|Slug|_id|_uuid|_slug)$/;
const UNNAMED = '(no plain name)';
/** Names of fields are kept if they are plain words: a map may have secrets for names. */
const FIELD_NAME = /^[A-Za-z_][A-Za-z_-]{0,39}\d{0,2}$/;
/** Headers whose values are secrets, or hold one. */
const SECRET_HEADER = /auth|cookie|token|key|secret|session|passw|signature/i;
/** The signed tokens that most systems use begin like this. */
const JWT = /^eyJ[\w-]*\./;
const MEDIA_TYPE =
  /^(application|text|\*)\/(json|problem\+json|hal\+json|vnd\.api\+json|xml|html|plain|csv|pdf|\*)$/;
const LANGUAGE = /^[a-z]{2}$/;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The rules for one request; its own credentials are not kept anywhere, whatever the name of the field. */
export function scrubOf(options: ScrubOptions, requestHeaders: IncomingHttpHeaders): Scrub {
  const { standIns, keep } = options;
  const replaced = (name: string) => options.replaced(FIELD_NAME.test(name) ? name : UNNAMED);
  const secrets = secretsIn(requestHeaders);
  const mayKeep = (name: string, value: string | number) =>
    keep.has(name) && !isSecret(String(value), secrets);
  const namesRow = (name: string) => options.idNames.has(name) || ID_NAME.test(name);
  const id = <T extends string | number>(name: string, value: T): T => {
    if (mayKeep(name, value)) return value;
    replaced(name);
    return standIns.id(value);
  };
  const value = <T extends string | number>(name: string, given: T): T => {
    if (namesRow(name)) return id(name, given);
    if (mayKeep(name, given)) return given;
    replaced(name);
    return standIns.value(given);
  };
  const fieldName = (name: string) => (FIELD_NAME.test(name) ? name : standIns.value(name));
  const pairs = (text: string): [string, string][] =>
    [...new URLSearchParams(text)]
      .slice(0, MOST_VALUES)
      .map(([name, given]) => [fieldName(name), value(name, given)]);
  const json = (document: unknown) => {
    let left = MOST_VALUES;
    const walk = (at: unknown, name: string, depth: number): unknown => {
      if (depth > DEEPEST || --left < 0) throw new TooLarge();
      if (Array.isArray(at)) return at.map((element) => walk(element, name, depth + 1));
      if (typeof at === 'object' && at !== null)
        return Object.fromEntries(
          Object.entries(at).map(([field, inner]) => [fieldName(field), walk(inner, field, depth + 1)]),
        );
      return typeof at === 'string' || typeof at === 'number' ? value(name, at) : at;
    };
    return walk(document, '', 0);
  };
  return {
    params: (params) =>
      Object.fromEntries(Object.entries(params).map(([name, given]) => [name, id(name, given ?? '')])),
    query: (target) => {
      const at = target.indexOf('?');
      return at === -1 ? [] : pairs(target.slice(at + 1));
    },
    headers: (headers) => safeHeaders(headers, standIns),
    body: (headers, body) => {
      if (headers['content-encoding'] !== undefined) return { left: 'an encoded body' };
      const type = mediaType(headers['content-type']);
      if (type === FORM_TYPE) return { form: pairs(body.toString()) };
      if (!JSON_TYPE.test(type)) return { left: 'a body that is neither JSON nor a form' };
      try {
        return { json: json(JSON.parse(body.toString())) };
      } catch (error) {
        return {
          left: error instanceof TooLarge ? 'a body with too many values' : 'a body that is not JSON',
        };
      }
    },
    ids: (headers, body) => {
      const found: [string, string | number][] = [];
      const place = lastSegment(headers.location);
      if (place !== null) found.push(['location', id('location', place)]);
      if (!JSON_TYPE.test(mediaType(headers['content-type']))) return found;
      for (const { pointer, name, value: given } of valuesIn(body))
        if (namesRow(name) && found.length < MOST_IDS) found.push([pointer, id(name, given)]);
      return found;
    },
  };
}

class TooLarge extends Error {}

/** The last part of the path of a Location header: what names the new row. */
export function lastSegment(location: string | undefined): string | null {
  if (location === undefined) return null;
  const path = location.split(/[?#]/)[0]!.replace(/\/+$/, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return last === '' ? null : decodeURIComponent(last);
  } catch {
    return null;
  }
}

/** Texts and numbers of a JSON document with the names of their fields and where they stand, as far as anybody looks. */
function valuesIn(text: string): { pointer: string; name: string; value: string | number }[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  const found: { pointer: string; name: string; value: string | number }[] = [];
  const walk = (at: unknown, pointer: string, name: string, depth: number): void => {
    if (depth > DEEPEST || found.length >= MOST_VALUES) return;
    if (typeof at === 'string' || typeof at === 'number') found.push({ pointer, name, value: at });
    else if (Array.isArray(at))
      at.slice(0, MOST_ELEMENTS).forEach((element, index) => {
        walk(element, `${pointer}/${index}`, name, depth + 1);
      });
    else if (typeof at === 'object' && at !== null)
      for (const [field, inner] of Object.entries(at))
        if (FIELD_NAME.test(field)) walk(inner, `${pointer}/${field}`, field, depth + 1);
  };
  walk(document, '', '', 0);
  return found;
}

/** By header what may be written of it; of the others nothing is. */
function safeHeaders(headers: IncomingHttpHeaders, standIns: StandIns): Record<string, string> {
  const type = mediaType(headers['content-type']);
  const accept = listed(headers.accept, MEDIA_TYPE);
  const languages = listed(headers['accept-language'], LANGUAGE);
  const once = headers['idempotency-key'];
  return {
    ...(JSON_TYPE.test(type) && { 'content-type': 'application/json' }),
    ...(type === FORM_TYPE && { 'content-type': FORM_TYPE }),
    ...(accept !== '' && { accept }),
    ...(languages !== '' && { 'accept-language': languages }),
    ...(typeof once === 'string' && { 'idempotency-key': standIns.id(once) }),
  };
}

/** The entries of a header that are of this form, without what they are weighed by. */
function listed(header: string | undefined, form: RegExp): string {
  const entries = (header ?? '').split(',').map((entry) => entry.split(';')[0]!.trim().toLowerCase());
  return entries.filter((entry) => form.test(entry)).join(', ');
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase();
}

function secretsIn(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    SECRET_HEADER.test(name) && value !== undefined ? [String(value)] : [],
  );
}

/** Whatever name it has: what the request proves itself by, what looks like it, and what is too long to name anything. */
function isSecret(value: string, secrets: readonly string[]): boolean {
  if (value.length > LONGEST_KEPT || JWT.test(value)) return true;
  return secrets.some(
    (secret) => secret === value || (value.length >= SHORTEST_SECRET && secret.includes(value)),
  );
}
