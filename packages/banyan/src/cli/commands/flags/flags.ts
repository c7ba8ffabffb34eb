import { type Command, Option } from 'commander';
import { ControlError } from '../../../control/control.ts';
import { changeFlag, type FlagChange } from '../../../settings/change-flag.ts';
import type { Settings, StoredFlag } from '../../../settings/settings.ts';
import { EXIT, UsageError } from '../../exit.ts';
import { ago, paint, print, printJson, table } from '../../output.ts';
import { act, type CommonOptions, command, connect, group } from '../../session.ts';
import { pair, readChange, type SetOptions } from './read.ts';

export function flagsCommand(): Command {
  return group(
    'flags',
    'Show and change flags; running services see a change within a second',
    [
      'banyan flags list',
      'banyan flags set new-search --percent on=10%',
      'banyan flags get new-search --user 42',
      'banyan flags off new-search',
    ],
    [listCommand(), getCommand(), setCommand(), switchCommand('on'), switchCommand('off'), deleteCommand()],
  );
}

function listCommand(): Command {
  return command('list', 'List all flags', [
    'banyan flags list',
    "banyan flags list --json | jq '.flags[] | select(.on) | .key'",
  ]).action(
    act(async (options) => {
      const found = await (await connect(options)).flags();
      if (options.json) printJson(found);
      else if (found.flags.length === 0) print('there is no flag yet; banyan flags set <key> makes one');
      else for (const line of formatFlags(found.flags, new Date())) print(line);
      return EXIT.ok;
    }),
  );
}

function getCommand(): Command {
  return command('get', 'Show a flag, or what a user gets of it', [
    'banyan flags get new-search',
    'banyan flags get new-search --user 42',
    'banyan flags get new-search --user 42 --json | jq .value',
  ])
    .argument('<key>')
    .option('--user <id>', 'what this user gets')
    .action(
      act<{ user?: string }>(async (options, key) => {
        const flag = await (await connect(options)).flag(key!);
        if (options.user === undefined) return show(flag, options);
        const { evaluate } = await import('@banyan/service/settings');
        const given = { key, user: options.user, ...evaluate(flag, { targetingKey: options.user }) };
        if (options.json) printJson(given);
        else print(`${JSON.stringify(given.value)}  ${paint('dim', `${given.variant}, ${given.reason}`)}`);
        return EXIT.ok;
      }),
    );
}

function setCommand(): Command {
  return command('set', 'Make a flag, or change what is named of it', [
    'banyan flags set new-search',
    'banyan flags set new-search --percent on=10% --user 42=on',
    'banyan flags set button --variant red=#f00 --variant blue=#00f --percent blue=20%',
    'banyan flags set page-size --variant small=20 --variant large=100 --default small',
    'banyan flags set new-search --user 42=',
  ])
    .argument('<key>', 'lower-case letters, digits, dots and dashes')
    .option(
      '--variant <name=value>',
      'a value it may have; repeat it for each (default: on=true, off=false)',
      pair,
    )
    .addOption(new Option('--type <type>', 'of the values').choices(['boolean', 'string', 'number']))
    .option('--default <variant>', 'for all whom nothing else concerns')
    .option('--when-off <variant>', 'for everybody while the flag is off')
    .option(
      '--user <id=variant>',
      'for one user; repeat it for more; nothing after = takes the user away',
      pair,
    )
    .option(
      '--percent <variant=share>',
      'for a share of users, who stay in it as it grows; replaces all shares',
      pair,
    )
    .option('--description <text>', 'what it is for')
    .action(
      act<SetOptions>(async (options, key) => {
        if (options.type !== undefined && options.variant === undefined)
          throw new UsageError('--type says nothing without --variant', 'name the variants, too');
        return await change(await connect(options), key!, readChange(options), options, 'create');
      }),
    );
}

function switchCommand(to: 'on' | 'off'): Command {
  const summary = to === 'on' ? 'Turn a flag on' : 'Turn a flag off: everybody gets what it says for that';
  return command(to, summary, [`banyan flags ${to} new-search`, `banyan flags ${to} new-search --json`])
    .argument('<key>')
    .action(
      act(async (options, key) =>
        change(await connect(options), key!, { on: to === 'on' }, options, 'refuse'),
      ),
    );
}

function deleteCommand(): Command {
  return command('delete', 'Delete a flag: services get the value that their code names', [
    'banyan flags delete new-search',
    'banyan flags delete new-search --json',
  ])
    .argument('<key>')
    .action(
      act(async (options, key) => {
        await (await connect(options)).deleteFlag(key!);
        if (options.json) printJson({ key, deleted: true });
        else print(`${key} is deleted`);
        return EXIT.ok;
      }),
    );
}

/** Reads, changes and writes with the version that was read, so that nobody else's change is overwritten. */
async function change(
  settings: Settings,
  key: string,
  wish: FlagChange,
  options: CommonOptions,
  whenAbsent: 'create' | 'refuse',
): Promise<number> {
  const before = await settings.flag(key).catch((error: unknown) => {
    if (whenAbsent === 'create' && error instanceof ControlError && error.code === 'no_such_flag')
      return null;
    throw error;
  });
  const flag = changeFlag(before, key, wish);
  const { checkFlag } = await import('@banyan/service/settings');
  const [problem] = checkFlag(flag);
  if (problem) throw new UsageError(`${problem.path} ${problem.message}`, problem.hint);
  return show(await settings.setFlag(flag, before?.version ?? 0), options);
}

function show(flag: StoredFlag, { json }: CommonOptions): number {
  if (json) printJson(flag);
  else for (const line of formatFlag(flag, new Date())) print(line);
  return EXIT.ok;
}

const HEADER = ['FLAG', 'STATE', 'CHANGED', 'GIVES'].map((name) => paint('dim', name));

function formatFlags(flags: readonly StoredFlag[], now: Date): string[] {
  return table([
    HEADER,
    ...flags.map((flag) => [flag.key, stateOf(flag), ago(flag.updatedAt, now), givesOf(flag)]),
  ]);
}

function formatFlag(flag: StoredFlag, now: Date): string[] {
  const fact = (name: string, text: string) => [paint('dim', name), text];
  const rows = [
    fact('gives', givesOf(flag)),
    ...Object.entries(flag.users).map(([user, variant]) => fact('user', `${user}: ${variant}`)),
    fact(
      'variants',
      Object.entries(flag.variants)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(', '),
    ),
    fact('changed', `${ago(flag.updatedAt, now)}, version ${flag.version}`),
    ...(flag.description === '' ? [] : [fact('for', flag.description)]),
  ];
  return [`${paint('bold', flag.key)}  ${stateOf(flag)}`, ...table(rows).map((line) => `  ${line}`)];
}

function stateOf({ on }: StoredFlag): string {
  return on ? paint('green', 'on') : paint('yellow', 'off');
}

/** '20% blue, 1 user by id, red otherwise'. */
function givesOf({ on, whenOff, users, split, default: standard }: StoredFlag): string {
  if (!on) return `${whenOff} to everybody`;
  const named = Object.keys(users).length;
  const parts = [
    ...split.map(({ variant, percent }) => `${percent}% ${variant}`),
    ...(named > 0 ? [`${named} by user id`] : []),
  ];
  return parts.length === 0 ? `${standard} to everybody` : `${parts.join(', ')}, ${standard} otherwise`;
}
