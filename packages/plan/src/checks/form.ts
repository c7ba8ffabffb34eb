import { closestMatch } from '@banyan/replication/closest-match';
import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';
import { type PlanProblem, pathTo, showValue } from '../problem.ts';
import type { Words } from '../schema/fields.ts';
import { PlanSchema } from '../schema/plan.ts';

/** Everything about a plan's form that needs no look at a second value: properties, types, ranges, notations of URLs. */
export function checkShape(plan: unknown): PlanProblem[] {
  const errors = everyError(plan);
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath);
  const problems = new Map<string, PlanProblem>();
  for (const error of errors) {
    const insideUnion = unions.some((path) => error.schemaPath.startsWith(`${path}/anyOf/`));
    // A union is told as a whole, and an unknown property by its parent's error, which knows the known ones.
    if (insideUnion || error.schemaPath.endsWith('/additionalProperties')) continue;
    for (const problem of explain(error, plan))
      if (!problems.has(problem.path)) problems.set(problem.path, problem);
  }
  return [...problems.values()];
}

/** A plan's author wants all of them at once; and a union is told by its own error, which comes after its members'. */
const MOST_ERRORS = 100_000;

function everyError(plan: unknown): ShapeError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST_ERRORS });
  try {
    return Value.Errors(PlanSchema, plan);
  } finally {
    Settings.Set({ maxErrors });
  }
}

type ShapeError = { keyword: string; schemaPath: string; instancePath: string; params: object };

function explain(error: ShapeError, plan: unknown): PlanProblem[] {
  const parts = readPointer(error.instancePath);
  const value = valueAt(plan, parts);
  const schema = schemaAt(error.schemaPath);
  const known = Object.keys((schema as { properties?: object }).properties ?? {});
  if (error.keyword === 'required') {
    const { requiredProperties } = error.params as { requiredProperties: string[] };
    return requiredProperties.map((name) => {
      const words = (schema as { properties: Record<string, Words> }).properties[name]!;
      return {
        path: pathOf([...parts, name], plan),
        value: '',
        message: 'is missing',
        hint: `add ${name}: ${words.must}, e.g. ${words.example}`,
      };
    });
  }
  if (error.keyword === 'additionalProperties') {
    const { additionalProperties } = error.params as { additionalProperties: string[] };
    return additionalProperties.map((name) => {
      const meant = closestMatch(name, known);
      const path = pathOf([...parts, name], plan);
      return {
        path,
        value: showValue(path, valueAt(plan, [...parts, name])),
        message: 'is not a known property',
        hint: meant ? `did you mean ${meant}?` : `remove it; known are ${known.join(', ')}`,
      };
    });
  }
  const path = pathOf(parts, plan);
  const words = schema as unknown as Words;
  return [
    {
      path: path === '' ? '(plan)' : path,
      value: showValue(path, value),
      message: `must be ${words.must}`,
      hint: `e.g. ${words.example}`,
    },
  ];
}

/** The schema at a path such as #/properties/gateway; of a leaf without words, the nearest schema above that has some. */
function schemaAt(schemaPath: string): TSchema {
  let schema: unknown = PlanSchema;
  let found: TSchema = PlanSchema;
  for (const part of readPointer(schemaPath.slice(1))) {
    schema = (schema as Record<string, unknown>)[part];
    if (schema && typeof schema === 'object' && 'must' in schema) found = schema as TSchema;
  }
  return found;
}

function readPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(root: unknown, parts: string[]): unknown {
  let value = root;
  for (const part of parts) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** A pointer's '3' is an index in a list and a name in a record: the plan itself tells which. */
function pathOf(parts: string[], plan: unknown): string {
  let path = '';
  for (const [index, part] of parts.entries()) {
    const inList = Array.isArray(valueAt(plan, parts.slice(0, index)));
    path = pathTo(path, inList ? Number(part) : part);
  }
  return path;
}
