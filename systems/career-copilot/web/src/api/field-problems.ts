/** What a server says of one field. */
export type FieldProblem = {
  /** Where the field is sent. */
  in: 'body' | 'query' | 'path' | 'header';
  /** Empty: the whole of it. */
  path: readonly string[];
  /** Of JSON Schema, e.g. `minLength`, or the name of the format, e.g. `email`; `invalid`: it says otherwise why. */
  keyword: string;
  /** Of that keyword, e.g. how many characters at least. */
  limit: number | null;
};

/**
 * The fields of an answer: of the legacy API's `detail: [{loc, msg, type}]`, of a service's `errors: [{pointer, detail}]`, of the gateway's
 * `errors: [{pointer, message}]`. All three have their words from Ajv, so that the keyword can be told by them.
 */
export function fieldProblemsOf({ detail, errors }: { detail?: unknown; errors?: unknown }): FieldProblem[] {
  if (Array.isArray(detail)) return detail.flatMap(ofLegacy);
  return Array.isArray(errors) ? errors.flatMap(ofProblem) : [];
}

function ofLegacy(issue: { loc?: unknown; msg?: unknown; type?: unknown } | null): FieldProblem[] {
  if (!Array.isArray(issue?.loc) || issue.loc.length === 0) return [];
  const [place, ...path] = issue.loc.map(String);
  const told = toldBy(String(issue.msg));
  const named = String(issue.type).replace(/^value_error\.?/, '');
  const known = KEYWORDS.has(named) ? named : 'invalid';
  const keyword = named === 'missing' ? 'required' : told.keyword === 'invalid' ? known : told.keyword;
  return [{ in: isPlace(place) ? place : 'body', path, keyword, limit: told.limit }];
}

function ofProblem(issue: { pointer?: unknown; detail?: unknown; message?: unknown } | null): FieldProblem[] {
  if (typeof issue?.pointer !== 'string') return [];
  const path = issue.pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { missing, ...told } = toldBy(String(issue.detail ?? issue.message));
  return [{ in: 'body', path: missing === undefined ? path : [...path, missing], ...told }];
}

/** What Ajv's words say (https://github.com/ajv-validator/ajv/tree/master/lib/vocabularies/validation). */
function toldBy(text: string): { keyword: string; limit: number | null; missing?: string } {
  for (const [pattern, keyword] of WORDS) {
    const found = pattern.exec(text);
    if (!found) continue;
    if (keyword === 'required') return { keyword, limit: null, missing: found[1]! };
    if (keyword === 'format') return { keyword: found[1]!, limit: null };
    return { keyword, limit: found[1] === undefined ? null : Number(found[1]) };
  }
  return { keyword: 'invalid', limit: null };
}

const WORDS: readonly [pattern: RegExp, keyword: string][] = [
  [/^must have required property '(.+)'$/, 'required'],
  [/^must NOT have fewer than (\d+) characters$/, 'minLength'],
  [/^must NOT have more than (\d+) characters$/, 'maxLength'],
  [/^must NOT have fewer than (\d+) items$/, 'minItems'],
  [/^must NOT have more than (\d+) items$/, 'maxItems'],
  [/^must be >= (-?[\d.]+)$/, 'minimum'],
  [/^must be <= (-?[\d.]+)$/, 'maximum'],
  [/^must match format "(.+)"$/, 'format'],
  [/^must match pattern "/, 'pattern'],
  [/^must be equal to /, 'enum'],
  [/^must be (?:string|number|integer|boolean|array|object|null)\b/, 'type'],
];
const KEYWORDS: ReadonlySet<string> = new Set(WORDS.map(([, keyword]) => keyword));

function isPlace(place: string | undefined): place is FieldProblem['in'] {
  return place === 'body' || place === 'query' || place === 'path' || place === 'header';
}
