import { closeSync, openSync, writeSync } from 'node:fs';
import { RECORDING_PATH, type RecordingTail, type RecordingWish } from '@banyan/gateway/recording';
import type { ResolvedPlan } from '@banyan/plan';
import { type Command, InvalidArgumentError } from 'commander';
import type { Dispatcher } from 'undici';
import { EXIT, UsageError } from '../exit.ts';
import { bytes, count, note, print, printJson } from '../output.ts';
import { act, command, interruptible, load } from '../session.ts';

type Options = {
  for: number;
  share: number;
  to: string;
  keep: string[];
  also: { method: string; path: string }[];
  limit: number;
};

const MEGABYTE = 1_000_000;
/** How long the gateway may take to begin, ms. */
const ANSWER_MS = 15_000;
const SECONDS = { s: 1, m: 60, h: 3_600 };

export function recordCommand(): Command {
  return command('record', 'Record what users ask the gateway for, without their secrets, for a rehearsal', [
    'banyan record --for 10m --share 5% --to traffic.ndjson',
    'banyan record --for 1h --share 1% --to traffic.ndjson --keep slug,page,state',
    "banyan record --for 10m --to traffic.ndjson --also 'POST /api/articles'",
  ])
    .requiredOption('--to <file>', 'a new file, which only you may read')
    .option('--for <time>', 'how long: 30s, 10m, 2h', readTime, 600)
    .option('--share <percent>', 'of users, each with all that they ask for', readShare, 0.05)
    .option('--keep <names>', 'parameters and fields whose values are written as they are', readList, [])
    .option('--also <routes>', 'requests beside those of the plan: METHOD /path/:param', readRoutes, [])
    .option('--limit <megabytes>', 'ends it when the file is so large', readMegabytes, 100)
    .addHelpText(
      'after',
      '\nOn the machine of the gateway. Values are replaced, but those of --keep; what of a request is written, and what not, is in docs/rehearse.md.',
    )
    .action(
      act<Options>(async (options) => {
        const [{ plan, directory }, { findToken }] = await Promise.all([
          load(options),
          import('../../api/token.ts'),
        ]);
        const { share, keep, also, to, limit } = options;
        const wish = { share, keep, also, seconds: options.for, bytes: limit * MEGABYTE };
        const written = await record(plan, findToken(plan, directory) ?? '', wish, to);
        if (options.json) printJson({ file: to, ...written });
        else print(describe(to, written));
        return EXIT.ok;
      }),
    );
}

type Body = Dispatcher.ResponseData['body'];
type Written = { bytes: number; tail: RecordingTail | null };

/** At Ctrl-C what is in the file stays, and can be used. */
async function record(
  plan: ResolvedPlan,
  token: string,
  wish: RecordingWish,
  file: string,
): Promise<Written> {
  return await interruptible(`what ${file} holds can be used`, async (signal) => {
    const answer = await ask(plan, token, wish, signal);
    // Only now: a wish that is refused leaves no file behind.
    const descriptor = open(file);
    try {
      note(`recording into ${file}; Ctrl-C ends it`);
      return await writeAll(answer, descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

async function ask(
  { gateway }: ResolvedPlan,
  token: string,
  wish: RecordingWish,
  signal: AbortSignal,
): Promise<Body> {
  const { request } = await import('undici');
  const { statusCode, body } = await request(`http://127.0.0.1:${gateway.adminPort}${RECORDING_PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(wish),
    signal,
    headersTimeout: ANSWER_MS,
    bodyTimeout: 0, // there may be nobody to record for a long time
  }).catch((cause) => {
    throw new UsageError(
      `no gateway listens for this on port ${gateway.adminPort} of this machine (${cause.code ?? cause.message})`,
      'run it where banyan up runs, with the same plan',
    );
  });
  if (statusCode === 200) return body;
  throw new UsageError(
    `the gateway refuses to record: ${(await body.text()).trim()}`,
    statusCode === 401
      ? 'give the token that banyan up was started with: BANYAN_TOKEN, or .banyan/token beside the plan'
      : 'see banyan record --help',
  );
}

/** A recording holds what people do: nobody else may read it, and no file is overwritten with it. */
function open(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${file} is there already`, 'give the recording a file of its own with --to');
  }
}

async function writeAll(body: Body, descriptor: number): Promise<Written> {
  let size = 0;
  let last = '';
  for await (const chunk of body) {
    size += writeSync(descriptor, chunk);
    last = (last + Buffer.from(chunk).toString()).slice(-MEGABYTE);
  }
  return { bytes: size, tail: tailIn(last) };
}

function tailIn(text: string): RecordingTail | null {
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  try {
    const tail = JSON.parse(line) as Partial<RecordingTail>;
    return typeof tail.ended === 'string' ? (tail as RecordingTail) : null;
  } catch {
    return null;
  }
}

function describe(file: string, { bytes: size, tail }: Written): string {
  if (tail === null) return `${file}: ${bytes(size)}; the gateway ended before the recording did`;
  const often = Object.entries(tail.replaced).toSorted(([, a], [, b]) => b - a);
  return [
    `${file}: ${count(tail.recorded)} requests, ${bytes(size)}`,
    ...(tail.dropped > 0 ? [`left out for want of room: ${count(tail.dropped)}`] : []),
    ...(tail.unmatched > 0
      ? [`left out because no route of the plan names their path: ${count(tail.unmatched)} (--also)`]
      : []),
    ...(often.length > 0
      ? [`replaced: ${often.map(([name, times]) => `${name} (${count(times)})`).join(', ')} (--keep)`]
      : []),
  ].join('\n');
}

function readTime(text: string): number {
  const [, number, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (!Number(number)) throw new InvalidArgumentError('must be a time such as 30s, 10m or 2h');
  return Number(number) * SECONDS[unit as keyof typeof SECONDS];
}

function readShare(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (!(percent > 0 && percent <= 100)) throw new InvalidArgumentError('must be a share such as 5%');
  return percent / 100;
}

function readMegabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 10_000)) throw new InvalidArgumentError('must be above 0 and at most 10000');
  return number;
}

function readList(text: string, before: string[]): string[] {
  return [...before, ...text.split(',').map((name) => name.trim())].filter((name) => name !== '');
}

function readRoutes(text: string, before: Options['also']): Options['also'] {
  const routes = text.split(',').map((route) => {
    const [, method, path] = /^\s*([A-Z]+)\s+(\/\S*)\s*$/.exec(route) ?? [];
    if (path === undefined)
      throw new InvalidArgumentError('must be METHOD /path/:param, with commas between');
    return { method: method!, path };
  });
  return [...before, ...routes];
}
