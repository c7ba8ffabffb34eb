import type { FieldError, FieldErrors, FieldValues, Resolver } from 'react-hook-form';
import type { Static, TSchema } from 'typebox';
import type { FieldProblem } from '../api/field-problems.ts';
import { bodyOf, problemsOf } from './check.ts';

/**
 * Checks a form by the schema of the body that it sends, and hands that body on. An error has the keyword as its `type` and its limit as its `message`: the
 * words are made where it is shown, in the language of then.
 */
export function resolverOf<T extends TSchema, Values extends FieldValues>(
  schema: T,
): Resolver<Values, unknown, Static<T>> {
  return (entered) => {
    const body = bodyOf(schema, entered);
    const problems = problemsOf(schema, body);
    return problems.length === 0
      ? { values: body as Static<T>, errors: {} }
      : { values: {}, errors: errorsOf<Values>(problems) };
  };
}

/** By field, as deep as it is. */
export function errorsOf<Values extends FieldValues>(problems: readonly FieldProblem[]): FieldErrors<Values> {
  const errors: Record<string, unknown> = {};
  for (const problem of problems) {
    const path = problem.path.length === 0 ? ['root'] : problem.path;
    let at = errors;
    for (const part of path.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[path.at(-1)!] ??= errorOf(problem);
  }
  return errors as FieldErrors<Values>;
}

export function errorOf({ keyword, limit }: Pick<FieldProblem, 'keyword' | 'limit'>): FieldError {
  return { type: keyword, message: limit === null ? '' : String(limit) };
}
