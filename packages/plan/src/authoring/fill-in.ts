import { fileURLToPath } from 'node:url';
import { LoadError } from '../problem.ts';

/**
 * Stands for what only a person can say: a plan that has it is refused, with these words and the place, until something true
 * stands there instead. `banyan new service --takes --offline` writes it.
 *
 * @example columns: [copy('id'), fillIn('the other columns of orders')]
 */
export function fillIn(what: string): never {
  const hint = `put it in the place of fillIn(...); docs/plan.md has what may stand there`;
  throw new LoadError(`not filled in yet: ${what}`, callerOf(fillIn), hint);
}

/** As file:line:column. */
function callerOf(called: (...args: never[]) => unknown): string {
  const at = { stack: '' };
  Error.captureStackTrace(at, called);
  const [, url, place] = /(file:\/\/\S+?)(:\d+:\d+)/.exec(at.stack) ?? [];
  return url ? fileURLToPath(url) + place : '';
}
