import { writeFileSync } from 'node:fs';
import type { ContextMap } from '@banyan/plan';
import type { Command } from 'commander';
import { EXIT, UsageError } from '../../exit.ts';
import { note, print, printJson } from '../../output.ts';
import { act, type CommonOptions, command, load } from '../../session.ts';
import { formatContexts } from './text.ts';

export function contextsCommand(): Command {
  return command('contexts', 'Draw the context map, and say where plan or code contradict it', [
    'banyan contexts',
    'banyan contexts --svg context-map.svg',
    'banyan contexts --json',
  ])
    .option('--svg <file>', 'write the map as a picture, too')
    .addHelpText(
      'after',
      "\nBeside each relation of the map (`contexts` of the plan) stands what shows it: tables that the plan has two contexts share, and\nwhat the services' modules (`module`) state that they hear, send and call. Asks no database. Exits with 1 when something is\ntaken that the map does not allow, with 2 when the plan has no map.",
    )
    .action(
      act<{ svg?: string }>(async (options) => {
        const map = await readMap(options);
        if (options.svg !== undefined) {
          const { drawContexts } = await import('./drawing.ts');
          writeFileSync(options.svg, drawContexts(map));
          note(`wrote ${options.svg}`);
        }
        if (options.json) printJson(map);
        else print(formatContexts(map).join('\n'));
        return map.contradictions.length === 0 ? EXIT.ok : EXIT.negative;
      }),
    );
}

async function readMap(options: CommonOptions): Promise<ContextMap> {
  const [{ plan, path }, { contextMap }, { takenByModules }] = await Promise.all([
    load(options),
    import('@banyan/plan'),
    import('./modules.ts'),
  ]);
  if (Object.keys(plan.contexts).length === 0)
    throw new UsageError(
      `${path} has no context map`,
      "state the bounded contexts: contexts: { users: { entities: ['User'], upstream: { ... } } }; docs/contexts.md shows how",
    );
  return contextMap(plan, await takenByModules(plan));
}
