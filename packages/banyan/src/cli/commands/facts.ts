import type { BackfillStatus, Walked } from '@banyan/events/machinery';
import type { Command } from 'commander';
import type { LoadedFacts } from '../../applier/facts.ts';
import { ControlError } from '../../control/control.ts';
import { noSuchService } from '../../control/operations/no-such-service.ts';
import { EXIT, Interrupted, UsageError } from '../exit.ts';
import { count, paint, plural, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { act, type CommonOptions, command, connect, group, interruptible, load } from '../session.ts';

type BackfillOptions = CommonOptions & { for?: string; name?: string };
type Hooks = { signal: AbortSignal; onProgress: (told: Walked) => void };

const GOES_ON = 'what was told stays told; it goes on when it is asked for again';

export function factsCommand(): Command {
  return group(
    'facts',
    'Tell which rows a service has: a consumer that came late, or its own event store',
    ['banyan facts backfill auth --for reports', 'banyan facts list', 'banyan facts streams auth'],
    [backfillCommand(), listCommand(), streamsCommand()],
  );
}

function backfillCommand(): Command {
  return command('backfill', 'Tell one consumer which rows a service has, each once', [
    'banyan facts backfill auth --for reports',
    'banyan facts backfill auth --for reports --name reports-anew',
  ])
    .argument('<service>', 'whose rows; the plan names its facts')
    .option(
      '--for <consumer>',
      'the group that is told: a service, or <service>.<purpose>; it must have subscribed',
    )
    .option('--name <name>', 'asked for again by its name it goes on (default: <service>-for-<consumer>)')
    .addHelpText('after', '\nMay be ended at any time, and goes on when it is asked for again.')
    .action(
      act<BackfillOptions>(async (options, service) => {
        const { consumer, name } = readAsked(service!, options);
        const done = await walk(options, service!, (facts, hooks) =>
          facts.tell({ name, consumer, ...hooks }),
        );
        const told = `${consumer} is told of ${plural(done.rows, 'row')} by ${plural(done.facts, 'fact')}`;
        if (options.json) printJson({ service, consumer, name, ...done });
        else print(`${told}; by the name ${name} never again`);
        return EXIT.ok;
      }),
    );
}

function listCommand(): Command {
  return command('list', 'Who has asked which service for its rows, and how far they are told', [
    'banyan facts list',
    'banyan facts list auth --json',
  ])
    .argument('[service]', 'default: all whose facts the plan names')
    .action(
      act<CommonOptions>(async (options, only) => {
        const { plan } = await load(options);
        if (only && !plan.services[only]) throw noSuchService(only, Object.keys(plan.services));
        const { backfillsOf } = await import('../../applier/facts.ts');
        const backfills: Listed[] = [];
        for (const { name: service, database, facts } of Object.values(plan.services)) {
          if (database === null || facts === null || (only && service !== only)) continue;
          for (const each of await backfillsOf(database)) backfills.push({ service, ...each });
        }
        if (options.json) printJson({ backfills });
        else if (backfills.length === 0) print('nobody has asked for rows');
        else for (const line of table(backfills.map(lineOf))) print(line);
        return EXIT.ok;
      }),
    );
}

type Listed = BackfillStatus & { service: string };

function lineOf(backfill: Listed): string[] {
  const { service, name, consumer, asked, state, rows, total, facts, handled, failure } = backfill;
  const by = asked ? 'by its definition' : 'by an operator';
  const whom = consumer === service ? 'its own event store' : `${consumer}, ${by}`;
  const far =
    state === 'waiting'
      ? state
      : `${state}, ${count(rows)} of ${plural(total, 'row')}, ${plural(facts, 'fact')}${handled === null ? '' : `, ${count(handled)} handled`}`;
  return [
    service,
    name,
    whom,
    failure === null ? far : `${far}; ${paint('red', `the last try failed: ${failure}`)}`,
  ];
}

function streamsCommand(): Command {
  return command('streams', 'Begin the streams of the rows that no event has told of yet', [
    'banyan facts streams auth',
  ])
    .argument('<service>', 'an event-sourced one: its facts export streamOf')
    .addHelpText('after', '\nMay be ended at any time, and goes on when it is asked for again.')
    .action(
      act<CommonOptions>(async (options, service) => {
        const done = await walk(options, service!, async ({ beginStreams }, hooks) => {
          if (beginStreams) return await beginStreams(hooks);
          throw new ControlError(
            'no_streams',
            409,
            `'${service}' keeps no streams: its facts export no streamOf`,
            'export streamOf, which says to which stream a fact belongs',
          );
        });
        if (options.json) printJson({ service, ...done });
        else
          print(`${plural(done.rows, 'row')} looked at, ${plural(done.facts, 'fact')} put into new streams`);
        return EXIT.ok;
      }),
    );
}

/** Goes through the rows of a service, with progress; Ctrl-C ends it where it is. */
async function walk(
  options: CommonOptions,
  name: string,
  run: (facts: LoadedFacts, hooks: Hooks) => Promise<Walked>,
): Promise<Walked> {
  const { plan } = await load(options);
  const service = plan.services[name];
  if (!service) throw noSuchService(name, Object.keys(plan.services));
  const { services } = await (await connect(options)).status();
  const { stage } = services.find((one) => one.service === name)!;
  const { copiedFacts } = await import('../../applier/copied-facts.ts');
  const facts = await copiedFacts(plan, service, stage);
  const progress = createProgress();
  try {
    return await interruptible(GOES_ON, async (signal) => {
      const done = await run(facts, { signal, onProgress: shownBy(progress, name) });
      if (!done.complete) throw new Interrupted(GOES_ON);
      return done;
    });
  } finally {
    progress.end();
  }
}

/** With the time left, by how fast it went since it was asked for. */
function shownBy(progress: ReturnType<typeof createProgress>, service: string): Hooks['onProgress'] {
  const began = performance.now();
  let first: number | undefined;
  return ({ rows, total }) => {
    first ??= rows;
    const rate = ((rows - first) * 1_000) / Math.max(1, performance.now() - began);
    const secondsLeft = rate > 0 ? Math.max(0, total - rows) / rate : null;
    progress.step({ label: `${service} facts`, done: rows, total, unit: 'rows', rate, secondsLeft });
  };
}

function readAsked(
  service: string,
  { for: consumer, name = `${service}-for-${consumer}` }: BackfillOptions,
): { consumer: string; name: string } {
  if (!consumer)
    throw new UsageError('who is to be told?', `banyan facts backfill ${service} --for <consumer>`);
  const wrong = [consumer, name].find((each) => !/^[\w.-]{1,200}$/.test(each));
  if (wrong !== undefined)
    throw new UsageError(
      `'${wrong}' names no group and no backfill`,
      'letters, digits, dots, dashes and underscores, 200 at most',
    );
  return { consumer, name };
}
