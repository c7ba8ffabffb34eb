import { isDeeper } from '@banyan/service/json-depth';
import { Ajv, type ValidateFunction } from 'ajv';
import { withCpuBudget } from './cpu-budget.ts';
import type { BodyCheck } from './match.ts';

/** A body that is nested deeper is not looked at. */
const MAX_DEPTH = 100;
/** Calls among the schemas of one body; without a limit a body can make a schema that refers to itself go on for ever. */
const MAX_CALLS = 100_000;
/** Of a larger body that is wrong only the first thing is told: to find them all takes seconds. */
const ALL_ERRORS_BYTES = 16 * 1024;
const MOST_ERRORS = 20;

/** A regular expression may backtrack for ever: a schema with patterns is checked under a watchdog, for so much CPU. */
const PATTERNS_MS = 100;
const PATTERNS = /"pattern(?:Properties)?":/;

class TooMuchWork extends Error {}

/**
 * Compiles JSON schemas to checks of bodies; the same schema is compiled once. A check takes bounded time whatever the
 * body says: its depth and the calls among its schemas are limited.
 */
export function bodyChecks(): (schema: unknown) => BodyCheck {
  const first = boundedAjv(false);
  const all = boundedAjv(true);
  const known = new Map<string, BodyCheck>();
  return (schema) => {
    const id = JSON.stringify(schema);
    const check =
      known.get(id) ??
      checkOf(first.compile(schema as object), all.compile(schema as object), PATTERNS.test(id));
    known.set(id, check);
    return check;
  };
}

function checkOf(first: ValidateFunction, all: ValidateFunction, patterns: boolean): BodyCheck {
  const run = (validate: ValidateFunction, parsed: unknown): boolean => {
    if (!patterns) return validate(parsed) as boolean;
    const valid = withCpuBudget(PATTERNS_MS, () => validate(parsed));
    if (valid === null) throw new TooMuchWork();
    return valid as boolean;
  };
  return (body) => {
    const text = body === null ? 'null' : body.toString('utf8');
    if (isDeeper(text, MAX_DEPTH)) return { code: 'body-too-complex' };
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return { code: 'invalid-json' };
    }
    try {
      callsLeft = MAX_CALLS;
      if (run(first, parsed)) return null;
      if (text.length > ALL_ERRORS_BYTES) return { code: 'invalid-body', errors: errorsOf(first) };
      callsLeft = MAX_CALLS;
      run(all, parsed);
      return { code: 'invalid-body', errors: errorsOf(all) };
    } catch (error) {
      if (error instanceof TooMuchWork) return { code: 'body-too-complex' };
      throw error;
    } finally {
      callsLeft = Number.POSITIVE_INFINITY;
    }
  };
}

function errorsOf({ errors }: ValidateFunction): { pointer: string; message: string }[] {
  return (errors ?? []).slice(0, MOST_ERRORS).map(({ instancePath, message }) => ({
    pointer: instancePath,
    message: message ?? 'is not valid',
  }));
}

/** Checks run to their end one at a time. Schemas themselves, which nobody but the plan's author writes, are not limited. */
let callsLeft = Number.POSITIVE_INFINITY;

/** What the code of every compiled schema calls first. */
function countCall(): void {
  if (--callsLeft < 0) throw new TooMuchWork();
}

/** An Ajv whose compiled schemas count their calls, and whose `uniqueItems` takes time in proportion to the list. */
function boundedAjv(allErrors: boolean): Ajv {
  // What has a default may be left out; the body goes on as it came.
  const ajv = new Ajv({ allErrors, strict: false, useDefaults: true, code: { process: countingCalls } });
  Object.assign(ajv, { countCall });
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (wanted: boolean, list: unknown[]) =>
      !wanted || new Set(list.map(canonical)).size === list.length,
    error: { message: 'must NOT have duplicate items' },
  });
  return ajv;
}

/** Ajv compiles each schema that is referred to into a function named validateN; `self` there is the Ajv itself. */
function countingCalls(code: string): string {
  return code.replace(/function validate\d+\([\s\S]*?\}=\{\}\)\{/g, '$&self.countCall();');
}

/** The same text for equal values, whatever the order of their members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
