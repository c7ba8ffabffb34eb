import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { act, command, EXIT, group, load, print, printJson, UsageError } from '@banyan/banyan/cli';
import type { Command } from 'commander';
import { NewServiceError } from './new-service-error.ts';
import { type NewService, planExtraction, planService } from './plan.ts';
import { guessOf, guessOwners } from './takes/ownership.ts';
import { assumedTable } from './takes/table.ts';
import { serviceOf } from './takes/write-service.ts';

const TEMPLATE = join(import.meta.dirname, 'template');
/** What of the template is the service; the rest is the ground that it stands on, which a system has already. */
const OF_SERVICE = ['api/example.ts', 'contracts/example.ts', 'services/example/*'];

/** `banyan new service <name>` */
export function newCommand(): Command {
  const examples = [
    'banyan new service reading-lists',
    'banyan new service billing --system systems/shop',
    'banyan new service jobs --takes jobs,companies',
  ];
  const service = command(
    'service',
    'Write a new service into a system: routes, an event, a table, a load, tests',
    examples,
  )
    .argument('<name>', 'its name, of small letters, digits and hyphens')
    .option('--system <folder>', 'the folder of the system, which has its system.ts (default: here)', '.')
    .option(
      '--takes <tables>',
      "the monolith's tables that it takes over, read from its database by the plan: <table>[,<table>]",
    )
    .option('--offline', 'with --takes: ask no database, and leave to you what only it knows')
    .addHelpText('after', '\nNever overwrites a file; system.ts gets the name in its list of services.')
    .action(act<Options>(writeService));
  return group('new', 'Write a new part of a system', examples, [service]);
}

type Options = { system: string; takes?: string; offline?: boolean; json?: boolean; config?: string };

async function writeService(options: Options, name: string): Promise<number> {
  const folder = resolve(options.system);
  const { files, addition, guesses } = await told(() => planned(options, name, folder));
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, path === 'system.ts' ? {} : { flag: 'wx' });
  }
  if (options.json) printJson({ folder, files: [...files.keys()], addition, guesses });
  else
    print(
      [
        ...[...files.keys()].map((path) => `wrote ${path}`),
        ...guesses.map((guess) => `guessed ${guess}`),
        ...(addition === null ? [] : [`add to system.ts by hand: ${addition}`]),
        '',
        'Next: npm run format && npm run generate, then npm run check and its tests:',
        `  npm test -- ${join(options.system, 'services', name)}/*.test.ts`,
        'Then make it yours: docs/services.md has the parts.',
      ].join('\n'),
    );
  return EXIT.ok;
}

function template(): Map<string, string> {
  const paths = OF_SERVICE.flatMap((pattern) => globSync(pattern, { cwd: TEMPLATE })).sort();
  return new Map(paths.map((path) => [path, readFileSync(join(TEMPLATE, path), 'utf8')]));
}

async function planned(options: Options, name: string, folder: string): Promise<NewService> {
  const read = (path: string) =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null;
  if (options.takes === undefined) return planService(name, { read }, template());
  const names = tablesIn(options.takes);
  // What the monolith's clients see of the same context may be written down already.
  const api = read(`api/${name}.ts`) === null ? name : `${name}-rows`;
  return await planExtraction(name, { read }, async () => {
    if (options.offline) {
      const assumed = guessOwners(names.map(assumedTable), {});
      return { files: serviceOf(name, assumed, { asked: false, api }), guesses: [] };
    }
    const { readTables } = await import('./takes/read-tables.ts');
    const { plan } = await load({ config: options.config ?? join(folder, 'banyan.config.ts') });
    const tables = guessOwners(await readTables(plan.monolith.database, names), plan.services);
    return { files: serviceOf(name, tables, { asked: true, api }), guesses: tables.map(guessOf) };
  });
}

/** `jobs,hr.people`: tables without a schema are in `public`. */
function tablesIn(list: string): { schema: string; name: string }[] {
  const names = list.split(',').map((each) => each.trim());
  for (const each of names)
    if (!/^(\w+\.)?\w+$/.test(each) || names.indexOf(each) !== names.lastIndexOf(each))
      throw new NewServiceError(
        `'${list.slice(0, 60)}' is no list of tables`,
        'name each table once, with commas between them: --takes jobs,hr.companies',
      );
  return names.map((each) => {
    const [name, schema = 'public'] = each.split('.').reverse();
    return { schema, name: name! };
  });
}

async function told<T>(plan: () => Promise<T>): Promise<T> {
  try {
    return await plan();
  } catch (error) {
    throw error instanceof NewServiceError ? new UsageError(error.message, error.hint) : error;
  }
}
