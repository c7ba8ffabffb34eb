import { NewServiceError } from './new-service-error.ts';
import { namesOf, renamed } from './rename.ts';

/** What is known of the system into which a service is to be written: paths are relative to its folder. */
export type SystemFolder = {
  /** Null: there is none. */
  read(path: string): string | null;
};

/** What is to be written, by path; `addition` is what a person has to add to system.ts, null if `files` has it already. */
export type NewService = Written & { addition: string | null };

/** `guesses`: what is in the files that a person has to confirm. */
type Written = { files: Map<string, string>; guesses: string[] };

/** What the files of a new service import, and from where. */
type Ground = readonly (readonly [file: string, exported: readonly string[]])[];
const GROUND: Ground = [
  ['kit/issuers.ts', ['IssuerConfig', 'issuersOf']],
  ['kit/testing/gateway.ts', ['startGatewayDouble', 'GatewayDouble']],
  ['api/common.ts', ['API']],
];
const OF_NEW: Ground = [
  ['kit/plan.ts', ['urlOf', 'ACCEPTED']],
  ['contracts/common.ts', ['SYSTEM']],
  ...GROUND,
];
const OF_EXTRACTED: Ground = [['kit/plan.ts', ['placeOf']], ...GROUND];

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

/** A service that was never part of the monolith, from the template. Throws `NewServiceError` if it cannot be, before anything is written. */
export function planService(
  name: string,
  folder: SystemFolder,
  template: ReadonlyMap<string, string>,
): NewService {
  const system = demandGround(name, folder, OF_NEW);
  const names = namesOf(name);
  const files = new Map([...template].map(([path, text]) => [renamed(path, names), renamed(text, names)]));
  return addTo(system, name, folder, { files, guesses: [] });
}

/** A service that takes tables over: `write` makes what it consists of. Throws as `planService` does, and what `write` throws. */
export async function planExtraction(
  name: string,
  folder: SystemFolder,
  write: () => Promise<Written>,
): Promise<NewService> {
  if (name.includes('-'))
    throw new NewServiceError(
      `'${name.slice(0, 60)}' is no name for a service that takes tables over: replication slots are named after it`,
      'take one word of small letters and digits: jobs',
    );
  const system = demandGround(name, folder, OF_EXTRACTED);
  return addTo(system, name, folder, await write());
}

/** The text of system.ts, if the folder has what files of a service stand on. */
function demandGround(name: string, folder: SystemFolder, ground: Ground): string {
  checkName(name);
  const system = folder.read('system.ts');
  if (system === null || !/\bservices:/.test(system))
    throw new NewServiceError(
      'this is no folder of a system: it has no system.ts with a list of services',
      'run it in systems/<name>, or name the folder with --system',
    );
  for (const [file, exported] of ground)
    for (const each of exported)
      if (!exports(folder.read(file) ?? '', each))
        throw new NewServiceError(
          `${file} does not export ${each}, which a new service needs`,
          `add ${each} to ${file}`,
        );
  return system;
}

function addTo(system: string, name: string, folder: SystemFolder, { files, guesses }: Written): NewService {
  for (const path of files.keys())
    if (folder.read(path) !== null)
      throw new NewServiceError(`${path} is there already`, 'choose another name');
  if (new RegExp(`['"]${name}['"]`).test(system))
    throw new NewServiceError(`system.ts names '${name}' already`, 'choose another name, or remove it there');
  const extended = withService(system, name);
  if (extended !== null) files.set('system.ts', extended);
  return { files, guesses, addition: extended === null ? `services: [..., '${name}'],` : null };
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

/** Declared there, or passed on from elsewhere: `export type { Name } from …`. */
function exports(text: string, name: string): boolean {
  return new RegExp(`\\bexport\\b(?:[^=({]*|\\s*(?:type\\s*)?\\{[^}]*)\\b${name}\\b`).test(text);
}
