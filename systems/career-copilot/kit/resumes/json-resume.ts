import schema from '@jsonresume/schema';
import { Value } from 'typebox/value';
import { Resume } from '../../api/resume.ts';
import { ResumeError } from './errors.ts';
import type { Understood } from './understood.ts';

const MOST_PROBLEMS = 10;

/**
 * A résumé that comes in JSON Resume's form, checked against its published schema: all of it is what they say. Of what we keep no form of
 * nothing is taken. Throws `ResumeError`.
 */
export function understandJson(given: unknown): Understood {
  const excess = excessIn(given);
  if (excess) throw new ResumeError('NOT_THE_SCHEMA', { problems: [excess] });
  const value = withoutNulls(given);
  let problems: string[] = [];
  schema.validate(value, (errors) => {
    problems = (errors ?? []).map(
      ({ property, message }) => `${property.replace(/^instance\.?/, '') || 'it'} ${message}`,
    );
  });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    problems.unshift('it is no object');
  if (problems.length > 0)
    throw new ResumeError('NOT_THE_SCHEMA', { problems: problems.slice(0, MOST_PROBLEMS) });
  const resume = Value.Clean(Resume, value);
  if (!Value.Check(Resume, resume)) {
    const problems = Value.Errors(Resume, resume).map(
      ({ instancePath, message }) => `${instancePath} ${message}`,
    );
    throw new ResumeError('NOT_THE_SCHEMA', { problems: problems.slice(0, MOST_PROBLEMS) });
  }
  const confidence = Object.fromEntries(pathsOf(resume, '').map((path) => [path, 1]));
  return { resume, confidence };
}

/** Nested deeper than a résumé is, it would overflow the stack of whoever walks it. */
const DEEPEST = 50;
/** More than this is checked for minutes, in which nobody else is answered. */
const MOST_VALUES = 5_000;

/** What of it is more than a résumé can have; undefined: nothing. */
function excessIn(value: unknown): string | undefined {
  let level: unknown[] = [value];
  let values = 0;
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const inner of Object.values(one)) next.push(inner);
      if (values + next.length > MOST_VALUES) return `it has more than ${MOST_VALUES} values`;
    }
    if (next.length === 0) return undefined;
    values += next.length;
    level = next;
  }
  return `nested deeper than ${DEEPEST} levels`;
}

/** Exporters write null for what is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (one === null ? [] : [[name, withoutNulls(one)]])),
  );
}

function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => pathsOf(one, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, one]) => pathsOf(one, path === '' ? name : `${path}.${name}`));
}
