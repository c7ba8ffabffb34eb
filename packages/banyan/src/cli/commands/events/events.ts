import { createInterface } from 'node:readline/promises';
import type { Bus, DeadLetter } from '@banyan/events/machinery';
import type { Command } from 'commander';
import { BusError, EXIT, UsageError } from '../../exit.ts';
import { ago, note, paint, plural, print, printJson } from '../../output.ts';
import { act, type CommonOptions, command, group } from '../../session.ts';
import { readLimit } from '../limit.ts';

type BusOptions = CommonOptions & { bus?: string };

export function eventsCommand(): Command {
  return group(
    'events',
    'Show the messages that no handler could take, give them again, or forget them',
    [
      'banyan events dead --bus postgres://localhost/bus',
      'banyan events replay 3f1c7a52-8f0e-4c55-9a44-0c3a1e0c7d11',
      'banyan events drop --group reports --yes',
    ],
    [deadCommand(), replayCommand(), dropCommand()],
  );
}

function deadCommand(): Command {
  return withBus(
    command('dead', 'List dead letters with the reason, oldest first', [
      'banyan events dead',
      'banyan events dead --group reports --type TodoAdded',
      "banyan events dead --json | jq -r '.[].id'",
    ]),
  )
    .option('--group <name>', 'of this group only: a service, or <service>.<purpose>')
    .option('--type <name>', 'of this type only')
    .option('--limit <n>', 'how many', readLimit, 100)
    .action(
      act<BusOptions & { group?: string; type?: string; limit: number }>(async (options) => {
        const { group, type, limit } = options;
        const letters = await onBus(options, (bus) =>
          bus.dead.list({ limit, ...(group ? { group } : {}), ...(type ? { type } : {}) }),
        );
        if (options.json) printJson(letters);
        else if (letters.length === 0) print('there is no dead letter');
        else print(letters.map((letter) => format(letter, new Date())).join('\n\n'));
        return EXIT.ok;
      }),
    );
}

function replayCommand(): Command {
  return withBus(
    command('replay', 'Give dead letters to their group again, with all attempts', [
      'banyan events replay 3f1c7a52-8f0e-4c55-9a44-0c3a1e0c7d11',
      'banyan events replay --group reports',
    ]),
  )
    .argument('[ids...]', 'of dead letters')
    .option('--group <name>', 'all of this group')
    .action(
      act<BusOptions & { group?: string }>(async (options, ...args) => {
        const which = readWhich(options.group, args.flat());
        const replayed = await onBus(options, (bus) => bus.dead.replay(which));
        return tellCount(options, { replayed }, `${plural(replayed, 'message')} given again`);
      }),
    );
}

function dropCommand(): Command {
  return withBus(
    command('drop', 'Forget dead letters; they cannot be had back', [
      'banyan events drop 3f1c7a52-8f0e-4c55-9a44-0c3a1e0c7d11',
      'banyan events drop --group reports --yes',
    ]),
  )
    .argument('[ids...]', 'of dead letters')
    .option('--group <name>', 'all of this group')
    .option('--yes', 'do not ask')
    .action(
      act<BusOptions & { group?: string; yes?: boolean }>(async (options, ...args) => {
        const which = readWhich(options.group, args.flat());
        const what =
          'group' in which ? `all dead letters of ${which.group}` : plural(which.ids.length, 'dead letter');
        if (!options.yes && !(await confirm(what))) {
          note('nothing was done');
          return EXIT.negative;
        }
        const dropped = await onBus(options, (bus) => bus.dead.drop(which));
        return tellCount(options, { dropped }, `${plural(dropped, 'dead letter')} forgotten`);
      }),
    );
}

function withBus(target: Command): Command {
  return target.option('--bus <url>', 'the bus of the system (default: BUS_URL)');
}

/** The package and the connection are only there while they are needed. */
async function onBus<T>(options: BusOptions, run: (bus: Bus) => Promise<T>): Promise<T> {
  const url = options.bus ?? process.env.BUS_URL;
  if (!url) throw new UsageError('no bus is named', 'add --bus postgres://host/database, or set BUS_URL');
  const { openBus, EventsError } = await import('@banyan/events/machinery');
  let bus: Bus;
  try {
    bus = await openBus(url);
  } catch (error) {
    if (error instanceof EventsError)
      throw new UsageError(error.message, 'see the value after --bus or in BUS_URL');
    throw new BusError(error);
  }
  try {
    return await run(bus);
  } finally {
    await bus.close();
  }
}

function readWhich(
  group: string | undefined,
  ids: readonly string[],
): { group: string } | { ids: readonly string[] } {
  if (group && ids.length > 0) throw new UsageError('ids and --group exclude each other', 'give one of them');
  if (group) return { group };
  if (ids.length === 0) {
    throw new UsageError('nothing is named', 'give ids, which `banyan events dead` lists, or --group <name>');
  }
  return { ids };
}

function tellCount(options: BusOptions, counted: Record<string, number>, text: string): number {
  if (options.json) printJson(counted);
  else print(text);
  return Object.values(counted)[0] === 0 ? EXIT.negative : EXIT.ok;
}

function format({ id, group, message, reason, attempts, diedAt }: DeadLetter, now: Date): string {
  return [
    `${paint('bold', id)}  ${group}  ${message.type}  ${ago(diedAt, now)}, ${plural(attempts, 'attempt')}`,
    `  ${reason.split('\n')[0]}`,
    `  ${paint('dim', `message ${message.id} from ${message.source}, key ${message.subject}`)}`,
  ].join('\n');
}

async function confirm(what: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('drop has no way back and nobody is there to confirm it', 'add --yes');
  }
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await dialog.question(`Forget ${what}? Type 'yes' to go on: `)).trim() === 'yes';
  } finally {
    dialog.close();
  }
}
