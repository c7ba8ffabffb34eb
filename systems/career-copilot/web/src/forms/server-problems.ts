import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import type { ErrorCode } from '../api/codes.ts';
import type { ApiError } from '../api/errors.ts';
import { errorOf } from './resolver.ts';

/** Fields that an error as a whole belongs to, e.g. `{ EMAIL_TAKEN: 'email' }`. */
export type FieldOfCode<Values extends FieldValues> = Partial<Record<ErrorCode, Path<Values>>>;

/**
 * Puts what the server says on the fields that it is about, and focuses the first.
 *
 * @returns false: some of it, or all, belongs to no field of the form, and is to be told beside it
 */
export function putProblems<Values extends FieldValues>(
  form: Pick<UseFormReturn<Values>, 'setError' | 'getValues'>,
  { code, fields }: ApiError,
  fieldOf: FieldOfCode<Values> = {},
): boolean {
  const own = fieldOf[code];
  const placed = [
    ...(own === undefined ? [] : [{ name: own as string, error: { type: code as string, message: '' } }]),
    ...fields.flatMap((problem) => {
      const name = nameIn(form.getValues(), problem.path);
      return problem.in === 'body' && name !== null ? [{ name, error: errorOf(problem) }] : [];
    }),
  ];
  for (const [index, { name, error }] of placed.entries())
    form.setError(name as Path<Values>, error, { shouldFocus: index === 0 });
  return placed.length > 0 && placed.length === fields.length + (own === undefined ? 0 : 1);
}

/** The field of the form that a path leads to, or the nearest one around it. */
function nameIn(values: object, path: readonly string[]): string | null {
  let at: unknown = values;
  const name: string[] = [];
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) break;
    name.push(part);
    at = (at as Record<string, unknown>)[part];
  }
  return name.length === 0 ? null : name.join('.');
}
