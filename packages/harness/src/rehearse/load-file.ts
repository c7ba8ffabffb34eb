import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LoadError } from '@banyan/plan/problem';
import type pg from 'pg';
import type { Load } from '../load/load.ts';
import type { UserId } from '../load/population.ts';

/** The default export of a team's `load.ts`: who makes requests to its system, and what they ask for. */
export type Rehearsal<Id extends UserId = number> = {
  /** People whom the copy knows, or how they are read from its database. The first ones are asked for most. */
  users: readonly Id[] | ((monolith: pg.Pool) => Promise<readonly Id[]>);
  /** By name of the service in the plan. */
  services: Record<string, Load<Id>>;
  /** What no service takes over. */
  monolith?: Load<Id>;
};

/** What a load file imports, as it is here: beside a project of another language there is no node_modules. */
const OURS: Record<string, string> = {
  '@banyan/harness': new URL(`../index${extname(import.meta.filename)}`, import.meta.url).href,
};

/** By name of the service; those of no service are the monolith's. */
type Loads = ReadonlyMap<string, Load<UserId>>;

/**
 * The loads of a team's file.
 *
 * @throws LoadError when the file cannot be read, or does not fit the services that are moved
 */
export async function readLoads(file: string, services: readonly { name: string }[]): Promise<Loads> {
  const loads = loadsIn(await readLoadFile(file));
  const names = services.map(({ name }) => name);
  const unknown = [...loads.keys()].filter((name) => name !== 'monolith' && !names.includes(name));
  if (unknown.length === 0) return loads;
  throw new LoadError(
    `has requests for ${unknown.join(', ')}, and what moves is ${names.join(', ')}`,
    resolve(file),
    'name services as the plan does; requests of none go under `monolith`',
  );
}

export function loadsIn({ services, monolith }: Rehearsal<UserId>): Map<string, Load<UserId>> {
  return new Map([
    ...(monolith === undefined ? [] : [['monolith', monolith] as const]),
    ...Object.entries(services),
  ]);
}

/**
 * Reads a team's load file.
 *
 * @throws LoadError when there is no such file, when it fails, or when what it exports is no `Rehearsal`
 */
export async function readLoadFile(file: string): Promise<Rehearsal<UserId>> {
  return await readDefault(file, '--load', checked);
}

/**
 * What a file of the team's exports, as `check` gives it back.
 *
 * @throws LoadError when there is no such file, when it fails, or what `check` throws
 */
export async function readDefault<T>(
  file: string,
  option: string,
  check: (exported: unknown, path: string) => T,
): Promise<T> {
  const path = resolve(file);
  if (!existsSync(path))
    throw new LoadError('there is no such file', path, `check the path given with ${option}`);
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const url = OURS[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
  try {
    const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return check(exported, path);
  } catch (cause) {
    if (cause instanceof LoadError) throw cause;
    const message = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw new LoadError(message, path, 'correct the file, then try again', { cause });
  } finally {
    hooks.deregister();
  }
}

const SHAPE = 'export default { users: […], services: { name: { promises, start } } }; see docs/rehearse.md';

function checked(exported: unknown, path: string): Rehearsal<UserId> {
  const fail = (message: string): never => {
    throw new LoadError(message, path, SHAPE);
  };
  if (!isObject(exported)) return fail('has no default export that is an object');
  const { users, services, monolith } = exported;
  if (!Array.isArray(users) && typeof users !== 'function')
    fail('`users` is neither a list nor a function that reads one');
  if (!isObject(services) || Object.keys(services).length === 0)
    return fail('`services` names no service: nothing would be rehearsed');
  const loads = { ...services, ...(monolith === undefined ? {} : { monolith }) };
  for (const [name, load] of Object.entries(loads))
    if (!isObject(load) || typeof load.start !== 'function')
      fail(`${name === 'monolith' ? '`monolith`' : `services.${name}`} has no function \`start\``);
  return exported as Rehearsal<UserId>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
