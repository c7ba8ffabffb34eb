import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  collectMissing,
  type MissingVariable,
  type Plan,
  type ResolvedPlan,
  resolvePlan,
  validatePlan,
} from '@banyan/plan';
import { LoadError, PlanError, type PlanProblem } from '@banyan/plan/problem';

/** Where a tour says which of its runs is the newest. */
const POINTER = '.banyan/banyan.config.ts';

/** Names looked for, in this order, in a folder and then in each folder above it. */
const CONFIG_NAMES = [
  'banyan.config.ts',
  'banyan.config.mts',
  'banyan.config.js',
  'banyan.config.mjs',
  POINTER,
];

/** What a plan imports, as it is here. */
const OURS: Record<string, string> = {
  '@banyan/banyan': new URL(`./index${extname(import.meta.filename)}`, import.meta.url).href,
  '@banyan/plan': import.meta.resolve('@banyan/plan'),
};

export type LoadedPlan = {
  /** Absolute path of the config file. */
  path: string;
  /** Its folder, where .banyan/ lies. */
  directory: string;
  plan: ResolvedPlan;
  warnings: PlanProblem[];
};

/**
 * Loads the plan from a file, or from the nearest banyan.config.ts at or above `cwd`.
 *
 * @throws LoadError when there is no such file or it fails to run, PlanError when the plan in it is wrong
 */
export async function loadPlan(file?: string, cwd: string = process.cwd()): Promise<LoadedPlan> {
  const path = findConfig(file, cwd);
  const exported = await importDefault(path);
  if (exported === undefined) {
    throw new LoadError('has no default export', path, 'write `export default defineMigration({ ... })`');
  }
  const plan = plainData(exported, path);
  const { warnings } = validatePlan(plan);
  return { path, directory: dirname(path), plan: resolvePlan(plan as Plan), warnings };
}

/** What a plan says is said by plain values: it is read, checked, stored and handed on as such. */
function plainData(exported: unknown, path: string): unknown {
  if (typeof exported === 'function')
    throw new LoadError(
      'exports a function, not a plan',
      path,
      'write `export default defineMigration({ ... })`; what takes time is awaited before it',
    );
  try {
    JSON.stringify(exported);
    return exported;
  } catch (cause) {
    const message = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
    throw new LoadError(
      `the plan cannot be read: ${message}`,
      path,
      'use plain values: no value that holds itself, and nothing that throws when it is read',
      { cause },
    );
  }
}

/** Path of the config file that loadPlan would take. Throws LoadError when there is none. */
function findConfig(file: string | undefined, cwd: string = process.cwd()): string {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (existsSync(path)) return path;
    throw new LoadError('there is no such file', path, 'check the path given with --config');
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const name = CONFIG_NAMES.find((candidate) => existsSync(join(folder, candidate)));
    if (name) return join(folder, name);
    if (folder === dirname(folder)) break;
  }
  throw new LoadError(
    'no banyan.config.ts here or in a folder above',
    resolve(cwd),
    'go to the folder of your plan, or name it with --config <file>',
  );
}

/**
 * Imports the plan. Its '@banyan/banyan' is the one that reads it, wherever the plan lies: beside a project of another
 * language there is no node_modules, and with a copy of its own nobody would hear what env() has missed.
 */
async function importDefault(path: string): Promise<unknown> {
  let exported: unknown;
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const url = OURS[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
  try {
    const missing = await collectMissing(async () => {
      exported = ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
    });
    if (missing.length > 0) throw missingError(missing, path);
    return exported;
  } catch (cause) {
    if (cause instanceof PlanError || cause instanceof LoadError) throw cause;
    throw loadError(cause, path);
  } finally {
    hooks.deregister();
  }
}

function loadError(cause: unknown, path: string): LoadError {
  const { message, stack, code } = (cause instanceof Error ? cause : { message: String(cause) }) as {
    message: string;
    stack?: string;
    code?: string;
  };
  if (code === 'ERR_MODULE_NOT_FOUND' && path.endsWith(`/${POINTER}`)) {
    const hint = 'start a new one, e.g. with npm start, or name your plan with --config <file>';
    return new LoadError('points to the plan of a run that is gone', path, hint, { cause });
  }
  const hint = 'correct the line, then try again';
  return new LoadError(message.split('\n')[0]!.trim(), placeOf(stack, path), hint, { cause });
}

function missingError(missing: readonly MissingVariable[], path: string): LoadError {
  const names = [...new Set(missing.map(({ name }) => name))];
  const message =
    names.length === 1
      ? `the environment variable ${names[0]} is not set`
      : `${names.length} environment variables are not set: ${names.join(', ')}`;
  const hint = `set ${names.length === 1 ? 'it' : 'them'}, or give env('${names[0]}', ...) a fallback`;
  return new LoadError(message, placeOf(missing[0]!.stack, path), hint);
}

/** Where in the config (or, failing that, in any file of the project) an error came from. */
function placeOf(stack: string | undefined, path: string): string {
  const places = (stack ?? '').split('\n').flatMap((line) => {
    // A frame ends in file:line:column, with or without a bracket; a path, unlike a URL, may hold blanks.
    const frame = /(?:(file:\/\/\S+?)|(?:^|\s|\()(\/.+?)):(\d+)(?::(\d+))?\)?$/.exec(line);
    if (!frame) return [];
    const file = frame[1] ? fileURLToPath(frame[1]) : frame[2]!;
    if (file === import.meta.filename) return [];
    return [{ file, text: [file, frame[3], frame[4]].filter(Boolean).join(':') }];
  });
  const place =
    places.find(({ file }) => file === path) ?? places.find(({ file }) => !file.includes('/node_modules/'));
  return place?.text ?? path;
}
