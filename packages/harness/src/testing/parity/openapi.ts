import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../request.ts';

/** An operation as its clients see it: what it takes, and what it answers. */
type Operation = { takes: Json; answers: Record<string, Json> };

/**
 * What `theirs` does otherwise than `legacy` where both have an operation of the same method and path: other parameters or bodies, other answers, or
 * a status that clients do not know. What clients may leave out is none, nor is a status that `theirs` no longer has, nor what only people
 * read.
 */
export function differencesOfApi(legacy: Json, theirs: Json): string[] {
  const ours = operationsOf(theirs);
  return [...operationsOf(legacy)].flatMap(([name, known]) => {
    const own = ours.get(name);
    if (own === undefined) return [];
    const differs = (what: string, before: Json, now: Json) =>
      isDeepStrictEqual(before, now)
        ? []
        : [`${name}: ${what} ${JSON.stringify(before)}, now ${JSON.stringify(now)}`];
    return [
      ...differs('takes', known.takes, withoutOptional(own.takes, known.takes)),
      ...Object.entries(own.answers).flatMap(([status, answer]) =>
        status in known.answers
          ? differs(`answers ${status}`, known.answers[status], answer)
          : [`${name}: answers ${status}, which it did not`],
      ),
    ];
  });
}

/** Without parameters and fields of the body that may be left out, and that are not known. */
function withoutOptional({ parameters, body }: Json, known: Json): Json {
  const fieldsOf = (takes: Json): Json => takes.body?.['application/json']?.schema;
  const [own, before] = [fieldsOf({ body }), fieldsOf(known)];
  const kept = parameters.filter(
    ({ name, required }: Json) => required || known.parameters.some((one: Json) => one.name === name),
  );
  if (!own?.properties || !before?.properties) return { parameters: kept, body };
  const properties = Object.fromEntries(
    Object.entries(own.properties).filter(
      ([name]) => name in before.properties || own.required?.includes(name),
    ),
  );
  return { parameters: kept, body: { ...body, 'application/json': { schema: { ...own, properties } } } };
}

/** Names of all operations, as `GET /api/v1/jobs`. */
export function operationNames(openapi: Json): string[] {
  return [...operationsOf(openapi).keys()];
}

function operationsOf(openapi: Json): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [path, methods] of Object.entries<Json>(openapi.paths))
    for (const [method, { parameters = [], requestBody, responses }] of Object.entries<Json>(methods))
      operations.set(`${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`, {
        takes: bare({
          parameters: parameters
            .filter((one: Json) => one.in !== 'path')
            .sort((a: Json, b: Json) => (a.name < b.name ? -1 : 1)),
          body: requestBody?.content ?? null,
        }),
        answers: Object.fromEntries(
          Object.entries<Json>(responses).map(([status, { content }]) => [
            status,
            Number(status) < 300 ? bare(content ?? null) : null,
          ]),
        ),
      });
  return operations;
}

/** Without what only people read. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'description')
      .map(([key, each]) => [key, bare(each)]),
  );
}
