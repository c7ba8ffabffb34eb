import { namesOf, renamed } from './rename.ts';

/** What is known of the system into which a service is to be written: paths are relative to its folder. */
export type SystemFolder = {
  /** Null: there is none. */
  read(path: string): string | null;
};

/** What is to be written, by path; `addition` is what a person has to add to system.ts, null if `files` has it already. */
export type NewService = { files: Map<string, string>; addition: string | null };

/** `hint` says what to do about it. */
export class NewServiceError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.name = 'NewServiceError';
    this.hint = hint;
  }
}

/** What the files of a new service import, and from where. */
const GROUND = [
  ['kit/plan.ts', ['urlOf', 'ACCEPTED']],
  ['kit/issuers.ts', ['IssuerConfig', 'issuersOf']],
  ['kit/testing/gateway.ts', ['startGatewayDouble', 'GatewayDouble']],
  ['contracts/common.ts', ['SYSTEM']],
  ['api/common.ts', ['API']],
] as const;

/** Names of processes, databases and files that are there already in every system. */
const RESERVED = new Set([
  'monolith',
  'gateway',
  'control',
  'admin',
  'bus',
  'banyan',
  'common',
  'system',
  'public-api',
]);
const LONGEST = 30;

/** Decides what to write for a service of this name. Throws `NewServiceError` if it cannot be, before anything is written. */
export function planService(
  name: string,
  folder: SystemFolder,
  template: ReadonlyMap<string, string>,
): NewService {
  checkName(name);
  const system = folder.read('system.ts');
  if (system === null || !/\bservices:/.test(system))
    throw new NewServiceError(
      'this is no folder of a system: it has no system.ts with a list of services',
      'run it in systems/<name>, or name the folder with --system',
    );
  for (const [file, exported] of GROUND)
    for (const each of exported)
      if (!new RegExp(`\\bexport\\b[^=({]*\\b${each}\\b`).test(folder.read(file) ?? ''))
        throw new NewServiceError(
          `${file} does not export ${each}, which a new service needs`,
          `add ${each} to ${file}`,
        );
  const names = namesOf(name);
  const files = new Map([...template].map(([path, text]) => [renamed(path, names), renamed(text, names)]));
  for (const path of files.keys())
    if (folder.read(path) !== null)
      throw new NewServiceError(`${path} is there already`, 'choose another name');
  if (new RegExp(`['"]${name}['"]`).test(system))
    throw new NewServiceError(`system.ts names '${name}' already`, 'choose another name, or remove it there');
  const extended = withService(system, name);
  if (extended !== null) files.set('system.ts', extended);
  return { files, addition: extended === null ? `services: [..., '${name}'],` : null };
}

function checkName(name: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > LONGEST)
    throw new NewServiceError(
      `'${name.slice(0, 60)}' is no name for a service`,
      `take small letters, digits and single hyphens between them, a letter first, at most ${LONGEST} in all: reading-lists`,
    );
  if (RESERVED.has(name))
    throw new NewServiceError(`'${name}' is the name of another part of each system`, 'choose another name');
}

/** Null: the list is not written as we know it, and is left to a person. */
function withService(system: string, name: string): string | null {
  const lists = [...system.matchAll(/\bservices: \[([^\]]*)\]/g)];
  const [whole, inside] = lists[0] ?? [];
  if (lists.length !== 1 || whole === undefined || !/^\s*('[\w-]+',?\s*)+$/.test(inside!)) return null;
  const list = inside!.trimEnd().replace(/,$/, '');
  return system.replace(whole, `services: [${list}, '${name}']`);
}
