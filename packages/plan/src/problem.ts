/** One thing wrong with a plan: where, what was found there, why it cannot stay, and what to do. */
export type PlanProblem = {
  /** Path in the plan, e.g. services.auth.routes[3].key */
  path: string;
  /** The value found, as text; secrets and passwords are hidden. Empty when there is none. */
  value: string;
  message: string;
  hint: string;
};

/** Thrown for a plan that cannot be used; holds every problem, not the first only. */
export class PlanError extends Error {
  readonly problems: readonly PlanProblem[];
  constructor(problems: readonly PlanProblem[], options?: ErrorOptions) {
    const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
    super([`the plan has ${count}:`, ...problems.map(formatProblem)].join('\n'), options);
    this.name = 'PlanError';
    this.problems = problems;
  }
}

/** A config file that is absent or cannot be run. `where` is file:line:column as far as it is known. */
export class LoadError extends Error {
  readonly where: string;
  readonly hint: string;
  constructor(message: string, where: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LoadError';
    this.where = where;
    this.hint = hint;
  }
}

/** A problem with its value ready to show. */
export function problem(path: string, value: unknown, message: string, hint: string): PlanProblem {
  return { path, value: showValue(path, value), message, hint };
}

/** A problem as three indented lines: path and value, what is wrong, the hint. */
export function formatProblem(problem: PlanProblem): string {
  const head = problem.value === '' ? problem.path : `${problem.path} = ${problem.value}`;
  return `  ${head}\n    ${problem.message}\n    hint: ${problem.hint}`;
}

const SECRET_FIELD = /(^|\.)(secret|token|privateKey|otherKey)$/;

/** A value for a message: short, on one line, without secrets. */
export function showValue(path: string, value: unknown): string {
  if (value === undefined) return '';
  if (SECRET_FIELD.test(path)) {
    return typeof value === 'string' ? `(${value.length} characters, hidden)` : `(${typeof value}, hidden)`;
  }
  const text =
    JSON.stringify(value, (key, part) => {
      if (SECRET_FIELD.test(key)) return '(hidden)';
      return typeof part === 'string' ? withoutPassword(part) : part;
    }) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Up to the last `@`: a password that nobody has encoded may hold any character. */
function withoutPassword(text: string): string {
  const credentials = /^postgres(ql)?:/.test(text)
    ? /(:\/\/[^:/@]*):.*@/s
    : /(:\/\/[^:/@]*):(?!\d*(?:\/|$)).*@/s; // what follows the colon may be a port
  return text.replace(credentials, '$1:***@');
}

/** Extends a path: pathTo('services', 'auth') is services.auth, pathTo('routes', 3) is routes[3]. */
export function pathTo(base: string, ...parts: (string | number)[]): string {
  let path = base;
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(part)) path += path === '' ? part : `.${part}`;
    else path += `[${JSON.stringify(part)}]`;
  }
  return path;
}
