import { formatProblem, LoadError, PlanError, type PlanProblem } from '@banyan/plan/problem';
import { CommanderError } from 'commander';
import { hintWithOldName } from '../api/old-names.ts';
import { ControlError } from '../control/control.ts';
import { StartError } from '../up/start-error.ts';

/** Exit codes of every command; part of its interface. */
export const EXIT = {
  ok: 0,
  /** The command failed, or its answer is no: rows differ, a rollout was paused or turned back. */
  negative: 1,
  /** Wrong arguments, or a plan that is absent or wrong. */
  usage: 2,
  /** The control plane cannot be reached, or does not let us in. */
  unreachable: 3,
  /** The state machine refused: nothing has changed. */
  refused: 4,
  /** Ctrl-C; what the control plane had begun goes on. */
  interrupted: 130,
} as const;

export const EXIT_HELP = `Exit codes:
  0  done                                  3  control plane not reachable
  1  failed, or the answer is no           4  refused by the state machine
  2  wrong arguments, or a wrong plan    130  interrupted (Ctrl-C)`;

/** A mistake in the arguments that only the command itself can see. */
export class UsageError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Ctrl-C while waiting; `hint` says what goes on all the same. */
export class Interrupted extends Error {
  readonly hint: string;
  constructor(hint: string) {
    super('interrupted');
    this.hint = hint;
  }
}

/** A service's database that cannot be reached, or does not let us in. */
export class DatabaseError extends Error {
  readonly hint = 'check the URL after --database or in DATABASE_URL, and that the server runs';
  /** Undefined if `error` is of another kind. */
  static of(error: unknown): DatabaseError | undefined {
    const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
    const known = [
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'ETIMEDOUT',
      '3D000',
      '28P01',
      '28000',
      '57P03',
    ];
    if (!known.includes(code)) return undefined;
    return new DatabaseError(`the database cannot be reached: ${message || code}`, { cause: error });
  }
}

/** A bus that cannot be reached, or does not let us in. */
export class BusError extends Error {
  readonly hint = 'check the URL after --bus or in BUS_URL, and that the bus runs';
  constructor(cause: unknown) {
    const { message, code } = cause as { message?: string; code?: string };
    super(`the bus cannot be reached: ${message || code}`, { cause });
  }
}

/** An error as the CLI tells it, in text and in JSON. */
export type Told = {
  exit: number;
  code: string;
  message: string;
  where?: string;
  hint?: string;
  problems?: readonly PlanProblem[];
};

export function tell(error: unknown): Told {
  if (error instanceof PlanError) {
    const message =
      error.problems.length === 1 ? 'the plan is wrong' : `the plan has ${error.problems.length} errors`;
    return { exit: EXIT.usage, code: 'bad_plan', message, problems: error.problems };
  }
  if (error instanceof LoadError) {
    return {
      exit: EXIT.usage,
      code: 'no_plan',
      message: error.message,
      where: error.where,
      hint: error.hint,
    };
  }
  if (error instanceof ControlError) {
    // The control plane tells how a request is made; who runs a command has made none.
    const hint = error.code === 'unauthorized' ? TOKEN_HINT : error.hint;
    return { exit: exitOf(error), code: error.code, message: error.message, hint };
  }
  if (error instanceof StartError) {
    const { message, where, hint } = error;
    return { exit: EXIT.negative, code: 'not_started', message, where, hint };
  }
  if (error instanceof UsageError)
    return { exit: EXIT.usage, code: 'usage', message: error.message, hint: error.hint };
  if (error instanceof DatabaseError) {
    return { exit: EXIT.unreachable, code: 'database', message: error.message, hint: error.hint };
  }
  if (isSagaError(error)) {
    const exit = ['SAGA_NOT_STUCK', 'SAGA_OVER'].includes(error.code) ? EXIT.refused : EXIT.usage;
    return { exit, code: error.code, message: error.message, hint: error.hint };
  }
  if (isStoreError(error)) {
    const exit = error.code === 'PROJECTION_NOT_FAILED' ? EXIT.refused : EXIT.usage;
    return { exit, code: error.code, message: error.message, hint: 'see banyan projections list' };
  }
  if (error instanceof BusError) {
    return { exit: EXIT.unreachable, code: 'bus', message: error.message, hint: error.hint };
  }
  if (error instanceof Interrupted) {
    return { exit: EXIT.interrupted, code: 'interrupted', message: error.message, hint: error.hint };
  }
  if (error instanceof CommanderError) {
    const [message, ...more] = error.message.replace(/^error: /, '').split('\n');
    const suggestion = /\((Did you mean .*)\)/.exec(more.join(' '))?.[1];
    const hint = suggestion?.replace('Did', 'did') ?? 'see banyan --help';
    return { exit: EXIT.usage, code: 'usage', message: message!, hint };
  }
  if (isUnusableFile(error)) {
    const { message, path } = error;
    return { exit: EXIT.negative, code: 'files', message, where: path, hint: FILES_HINT };
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { exit: EXIT.negative, code: 'failed', message };
}

const TOKEN_HINT =
  'commands take the token from BANYAN_TOKEN, else from control.token of the plan, else from .banyan/token beside the plan: give the one that banyan up was started with';

const FILES_HINT =
  'the folder .banyan beside the plan holds the token, the logs and what runs: let this user read and write there, and see that the disk has room';

/** Of the file system, not of what was looked for in it. */
function isUnusableFile(error: unknown): error is Error & { path: string } {
  const { code = '', path } = (error ?? {}) as NodeJS.ErrnoException;
  const known = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOSPC', 'EDQUOT'];
  return path !== undefined && known.includes(code);
}

/** By name: its package is loaded only by the commands that need it. */
function isSagaError(error: unknown): error is Error & { code: string; hint: string } {
  return error instanceof Error && error.name === 'SagaError';
}

function isStoreError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && error.name === 'EventStoreError';
}

/** What a program reads. */
export function asJson({ exit: _, problems, ...told }: Told): object {
  return { ...hintWithOldName(told), ...(problems && { problems: problems.map(hintWithOldName) }) };
}

/** The lines that a person reads. */
export function formatTold({ message, where, hint, problems }: Told): string {
  const lines = [`error: ${message}`];
  if (where) lines.push(`  at: ${where}`);
  for (const problem of problems ?? []) lines.push('', formatProblem(problem));
  if (hint) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

function exitOf({ status }: ControlError): number {
  if (status === 0 || status === 401) return EXIT.unreachable;
  if (status === 409) return EXIT.refused;
  return status === 400 || status === 404 ? EXIT.usage : EXIT.negative;
}
