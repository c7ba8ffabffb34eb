import {
  act,
  command,
  EXIT,
  Interrupted,
  load,
  note,
  print,
  printJson,
  UsageError,
} from '@banyan/banyan/cli';
import { type Command, InvalidArgumentError } from 'commander';
import type { RehearsalReport, Rehearsed } from './rehearse.ts';
import type { Requests } from './requests.ts';

type Options = {
  load?: string;
  traffic?: string;
  users?: string;
  speed: number;
  copy?: string[];
  protect?: string;
  restored?: string[];
  start?: string;
  services?: string[];
  rate: number;
  hold: number;
  limit: number;
  seed: number;
  keep?: boolean;
};

/** `banyan rehearse`: the whole migration and back, on a copy of a team's system. */
export function rehearseCommand(): Command {
  return command(
    'rehearse',
    'Move the services of the plan out and back on a copy of your system, under load',
    [
      'banyan rehearse --load load.ts   # says which places it would write into, and nothing else',
      'banyan rehearse --load load.ts --copy staging:443,staging-db:5432/shop,staging-db:5432/comments,staging-db:5432/banyan',
      'banyan rehearse --load load.ts --copy … --start "docker compose up"',
      'banyan rehearse --load load.ts --copy … --services comments --rate 20 --hold 30',
      'banyan rehearse --traffic traffic.ndjson --copy … --speed 2   # what banyan record has written',
      'banyan rehearse --load load.ts --copy … --json > report.json',
    ],
  )
    .option('--load <file>', 'the requests that your users make, and how what they wrote is found again')
    .option('--traffic <file>', 'instead of it: requests that banyan record has written down')
    .option('--users <file>', 'with --traffic: who makes them on the copy, and their tokens')
    .option('--speed <n>', 'with --traffic: so many times as fast as it was recorded', above0, 1)
    .option('--copy <places>', 'places of the plan of which you say that they are copies nobody uses', list)
    .option(
      '--protect <file>',
      'databases that are never touched, as banyan check --protect has noted them (default: .banyan/production.json beside the plan)',
    )
    .option(
      '--restored <paths>',
      "databases of the plan, as it calls them, whose server was restored from production's files",
      list,
    )
    .option(
      '--start <command>',
      'starts your system, on the ports in BANYAN_MONOLITH_PORT, BANYAN_<SERVICE>_PORT',
    )
    .option(
      '--services <names>',
      'services to move, in this order (default: all that take tables over)',
      list,
    )
    .option('--rate <n>', 'requests per second of --load', positive, 50)
    .option('--hold <seconds>', 'how long each stage is held under load', positive, 8)
    .option(
      '--limit <minutes>',
      'what has not come about by then is left out, and the services go back',
      positive,
      30,
    )
    .option('--seed <n>', 'seed of the load', positive, 1)
    .option('--keep', 'leave what was put into the databases, and the logs, to look at')
    .addHelpText(
      'after',
      '\nThe databases and URLs are those of the plan as the variables of this shell make it: set them to those of the copy.\nExits with 0 when all services went there and back and every promise was kept, else with 1.',
    )
    .action(
      act<Options>(async (options) => {
        const json = options.json ?? false;
        const requests = requestsOf(options);
        const loaded = await load(options);
        // Loaded only now: it brings the servers along.
        const [{ rehearse }, { stopOnSignal }] = await Promise.all([
          import('./rehearse.ts'),
          import('../stop-on-signal.ts'),
        ]);
        const { signal } = stopOnSignal();
        try {
          const rehearsed = await rehearse({
            ...options,
            loaded,
            requests,
            copies: options.copy ?? [],
            restored: options.restored ?? [],
            keep: options.keep ?? false,
            holdSeconds: options.hold,
            limitMinutes: options.limit,
            stream: json ? process.stderr : process.stdout,
            signal,
          });
          return await tell(rehearsed, json);
        } catch (error) {
          if (signal.aborted)
            throw new Interrupted('nothing of the rehearsal goes on; what the load wrote stays in the copy');
          throw error;
        }
      }),
    );
}

function requestsOf({ load: file, traffic, users, rate, speed }: Options): Requests {
  if ((file === undefined) === (traffic === undefined))
    throw new UsageError(
      file === undefined
        ? 'nothing says what is asked of the copy'
        : '--load and --traffic exclude each other',
      'give --load a file that you write, or --traffic one that banyan record has written; docs/rehearse.md has both',
    );
  return traffic === undefined ? { load: file!, rate } : { traffic, people: users, speed };
}

async function tell({ report, kept }: Rehearsed, json: boolean): Promise<number> {
  const { brokenPromises, renderReport } = await import('../tour/report.ts');
  if (json) printJson(report);
  else print(['', renderReport(report), '', describeLimits(report)].join('\n'));
  if (kept.length > 0) (json ? note : print)(`\n${describeKept(kept)}`);
  const isProven = brokenPromises(report).length === 0 && report.unfinished.length === 0;
  return isProven ? EXIT.ok : EXIT.negative;
}

function describeLimits({ notJudged }: RehearsalReport): string {
  return ['What this says nothing about:', ...notJudged.map((line) => `  - ${line}`)].join('\n');
}

function describeKept(kept: Rehearsed['kept']): string {
  const scripts = kept.flatMap(({ where, statements }) => [
    `  -- in ${where}:`,
    ...statements.map((statement) => `  ${statement};`),
  ]);
  return ['Kept in the databases. The next banyan rehearse removes it, or this:', ...scripts].join('\n');
}

function list(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((one) => one.trim())].filter((one) => one !== '');
}

function above0(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 1_000)) throw new InvalidArgumentError('must be above 0 and at most 1000');
  return number;
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0)
    throw new InvalidArgumentError('must be a whole number above 0');
  return number;
}
