import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { act, command, EXIT, group, print, printJson, UsageError } from '@banyan/banyan/cli';
import type { Command } from 'commander';
import { NewServiceError, planService } from './plan.ts';

const TEMPLATE = join(import.meta.dirname, 'template');
/** What of the template is the service; the rest is the ground that it stands on, which a system has already. */
const OF_SERVICE = ['api/example.ts', 'contracts/example.ts', 'services/example/*'];

/** `banyan new service <name>` */
export function newCommand(): Command {
  const examples = ['banyan new service reading-lists', 'banyan new service billing --system systems/shop'];
  const service = command(
    'service',
    'Write a new service into a system: routes, an event, a table, a load, tests',
    examples,
  )
    .argument('<name>', 'its name, of small letters, digits and hyphens')
    .option('--system <folder>', 'the folder of the system, which has its system.ts (default: here)', '.')
    .addHelpText('after', '\nNever overwrites a file; system.ts gets the name in its list of services.')
    .action(act<{ system: string }>(writeService));
  return group('new', 'Write a new part of a system', examples, [service]);
}

async function writeService(options: { system: string; json?: boolean }, name: string): Promise<number> {
  const folder = resolve(options.system);
  const read = (path: string) =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null;
  const { files, addition } = planned(() => planService(name, { read }, template()));
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, path === 'system.ts' ? {} : { flag: 'wx' });
  }
  if (options.json) printJson({ folder, files: [...files.keys()], addition });
  else
    print(
      [
        ...[...files.keys()].map((path) => `wrote ${path}`),
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

function planned<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    throw error instanceof NewServiceError ? new UsageError(error.message, error.hint) : error;
  }
}
