import type { TSchema } from 'typebox';
import { Format } from 'typebox/format';
import { Errors } from 'typebox/schema';
import type { FieldProblem } from '../api/field-problems.ts';

// As the server has it: of names with a dot, without quotes and addresses in brackets.
Format.Set('email', (text) => Format.IsEmail(text) && /@[^@.[]+[.]/.test(text) && !text.startsWith('"'));

/** What of a JSON schema is looked at here. */
type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
  format?: string;
};

/**
 * What is sent of what was entered: fields that the schema knows. An empty one is left out, or null where that empties it, or missing where it
 * must be there; an address of mail loses the blanks around it.
 */
export function bodyOf(schema: TSchema, entered: unknown): unknown {
  return sent(schema as Schema, entered);
}

/** What is wrong with a body, by the schema that the server holds against it; the first of each field. Interpreted: pages may not evaluate code. */
export function problemsOf(schema: TSchema, body: unknown): FieldProblem[] {
  const [, errors] = Errors(schema, body);
  const problems = errors.flatMap((error) => {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (error.keyword === 'required')
      return error.params.requiredProperties.map((name) => problem([...path, name], 'required'));
    if (error.keyword === 'format') return [problem(path, error.params.format)];
    const limit = 'limit' in error.params ? Number(error.params.limit) : null;
    return [problem(path, error.keyword, limit)];
  });
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const at = path.join('/');
    return !seen.has(at) && seen.add(at);
  });
}

/** Names of the fields without which nothing can be sent. */
export function requiredFields(schema: TSchema): ReadonlySet<string> {
  return new Set((schema as Schema).required ?? []);
}

function problem(path: string[], keyword: string, limit: number | null = null): FieldProblem {
  return { in: 'body', path, keyword, limit };
}

function sent(schema: Schema, value: unknown): unknown {
  if (isEmpty(value)) return mayBeNull(schema) && value !== undefined ? null : undefined;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((one) => sent(items, one)).filter((one) => one !== undefined) : value;
  }
  if (schema.properties && typeof value === 'object') {
    const fields = Object.entries(schema.properties).map(([name, field]) => [
      name,
      sent(
        field,
        Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined,
      ),
    ]);
    return Object.fromEntries(fields.filter(([, one]) => one !== undefined));
  }
  return schema.format === 'email' && typeof value === 'string' ? value.trim() : value;
}

/** As fields say that nothing is in them: those of numbers by NaN. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || Number.isNaN(value);
}

function mayBeNull({ type }: Schema): boolean {
  return Array.isArray(type) ? type.includes('null') : type === 'null';
}
