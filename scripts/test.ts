/**
 * `npm test [files or folders...]`: every `*.test.ts` of the workspace, or those named, or below what is named, each in a
 * process of its own. Files run side by side in lanes, the longest first and those that look at pages last. What a file prints comes in one piece when it has ended, and after it how long it took,
 * its processor time where the system tells it (which, unlike the former, hardly depends on what else runs), how far the run is and how long it will still take.
 *
 *   --lanes N                 how many files run at once. Default: two for each core, since a file waits for half of its time
 *   --limit SECONDS           for a test as for a file: one that hangs ends with its name. Default: 600, and for a file at least ten
 *                             times what it once took, if that was written down
 *   --test-name-pattern TEXT  only tests of this name
 *   --record                  writes down how long each file took (test-seconds.json), from which the order comes
 */
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { type ScratchServer, startScratchServer } from '@banyan/postgres/scratch-server';
import { bundleLibraries } from './bundles/bundle.ts';
import { startCountingFiles } from './processor-time.ts';
import { expected, formatSeconds, longestFirst, type Seconds, secondsLeft } from './test-schedule.ts';

type Counts = { tests: number; passed: number; failed: number; cancelled: number; skipped: number };
type Ended = {
  file: string;
  took: number;
  processor: number | undefined;
  counts: Counts;
  good: boolean;
  failures: string;
};

/** Where the tests of the workspace are. */
const FOLDERS = ['packages', 'systems', 'test', 'scripts', 'examples'];
const TIMES = resolve(import.meta.dirname, 'test-seconds.json');
/** A run of so many files has a PostgreSQL for each lane, which is emptied between them; a file alone starts its own. */
const WORTH_A_SERVER = 10;
/** Of what a file once took, how much it may take: a slow machine is no hang. */
const SLOWEST = 10;
/** What takes less is not written down: the order of short files matters to nobody. */
const WORTH_RECORDING = 3;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lanes: { type: 'string', default: String(2 * availableParallelism()) },
    'test-name-pattern': { type: 'string', multiple: true },
    limit: { type: 'string', default: '600' },
    record: { type: 'boolean', default: false },
  },
});
const seconds: Seconds = JSON.parse(readFileSync(TIMES, 'utf8'));
const waiting = longestFirst(
  positionals.length > 0 ? [...new Set(positionals.flatMap(named))] : findTests(FOLDERS),
  seconds,
);
const total = waiting.length;
const lanes = Math.min(Number(options.lanes), total);
if (!(lanes >= 1)) throw new Error(`--lanes takes a number from 1 on, not '${options.lanes}'`);
const limitMs = Number(options.limit) * 1_000;
if (!(limitMs > 0)) throw new Error(`--limit takes a number of seconds, not '${options.limit}'`);
const cache = resolve('node_modules', '.cache');
const register = await bundleLibraries(join(cache, 'bundles'));
const running = new Map<string, number>();
const processorTime = startCountingFiles();
const ended: Ended[] = [];
const startedAt = performance.now();

const servers: ScratchServer[] = [];
try {
  await Promise.all(Array.from({ length: lanes }, lane));
} finally {
  // Not before: what a server has used in all counts as ended with it, and would be told of whatever file of another lane ends next.
  await Promise.all(servers.map((server) => server.remove()));
}
conclude();

async function lane(): Promise<void> {
  const server = total < WORTH_A_SERVER ? undefined : await startScratchServer();
  if (server) servers.push(server);
  await work(server);
}

async function work(server: ScratchServer | undefined): Promise<void> {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    running.set(file, performance.now());
    const used = processorTime.ofFile(server?.pid);
    const result = { ...(await runFile(file, server?.url)), processor: used() };
    running.delete(file);
    ended.push(result);
    console.error(progress(result));
  }
}

async function runFile(file: string, serverUrl: string | undefined): Promise<Omit<Ended, 'processor'>> {
  const ofFileMs = Math.max(limitMs, SLOWEST * (seconds[file] ?? 0) * 1_000);
  const stream = run({
    files: [resolve(file)],
    timeout: limitMs,
    // The limit of a test says nothing to a file whose tests have passed and that does not end.
    signal: AbortSignal.timeout(ofFileMs),
    testNamePatterns: options['test-name-pattern'],
    env: {
      ...process.env,
      ...(serverUrl ? { BANYAN_TEST_SERVER: serverUrl } : {}),
      NODE_NO_WARNINGS: '1',
      // Each file, and each process that a test starts, compiles the same modules: half of the processor time of a short one.
      NODE_COMPILE_CACHE: join(cache, 'compile'),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(register)}`,
    },
  });
  let whole: { counts: Counts; success: boolean; duration_ms: number } | undefined;
  const told = Readable.from(
    (async function* () {
      for await (const event of stream) {
        // The summary of the one file as a whole; it is told in one line, and that of the run at its end.
        if (event.type === 'test:summary' && !event.data.file) whole = event.data;
        else if (event.type !== 'test:diagnostic' || event.data.file) yield event;
      }
    })(),
  );
  let text = '';
  for await (const chunk of told.compose(new spec())) text += chunk;
  process.stdout.write(text);
  const { counts, success, duration_ms } = whole!;
  const failures = text.slice(text.indexOf('✖ failing tests:')).replace('✖ failing tests:', file);
  return { file, took: duration_ms / 1_000, counts, good: success, failures: success ? '' : failures };
}

function progress({ file, good, counts, took, processor }: Ended): string {
  const failed = counts.failed + counts.cancelled;
  const outcome = good ? `${counts.tests} tests` : `${failed} of ${counts.tests} FAILED`;
  const left = secondsLeft({
    lanes,
    ended: {
      expected: sum(ended.map((each) => expected(each.file, seconds))),
      took: sum(ended.map((each) => each.took)),
    },
    running: [...running].map(([each, since]) => ({
      expected: expected(each, seconds),
      elapsed: (performance.now() - since) / 1_000,
    })),
    waiting: waiting.map((each) => expected(each, seconds)),
  });
  const end = ended.length === total ? '' : `; about ${formatSeconds(left)} left`;
  const used = processor === undefined ? '' : `, ${processor.toFixed(1)} s of processor time`;
  return `[${ended.length}/${total}] ${file}: ${outcome}, ${took.toFixed(1)} s${used}${end}`;
}

/** The counts of all files, and once more what failed. */
function conclude(): void {
  const bad = ended.filter(({ good }) => !good);
  for (const { failures } of bad) process.stdout.write(`\n✖ failing tests of ${failures}`);
  for (const name of ['tests', 'passed', 'failed', 'cancelled', 'skipped'] as const)
    console.log(`ℹ ${name} ${sum(ended.map(({ counts }) => counts[name]))}`);
  console.log(`ℹ files ${total}, ${bad.length} of them failed`);
  console.log(`ℹ time ${formatSeconds((performance.now() - startedAt) / 1_000)}`);
  const used = processorTime.ofRun();
  if (used !== undefined) console.log(`ℹ processor time ${Math.round(used)} s`);
  if (bad.length > 0) process.exitCode = 1;
  else if (options.record) record();
}

/** What was timed now, and of the others what was known, as far as they still exist. */
function record(): void {
  const times = new Map(Object.entries(seconds).filter(([file]) => existsSync(file)));
  for (const { file, took } of ended) times.set(file, Math.round(took));
  const worth = [...times].filter(([, took]) => took >= WORTH_RECORDING).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(TIMES, `${JSON.stringify(Object.fromEntries(worth), null, 2)}\n`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** The file of this name, or all below the folder of this name. */
function named(path: string): string[] {
  if (!existsSync(path)) throw new Error(`there is no file or folder ${path}`);
  const fromHere = relative(process.cwd(), resolve(path));
  return statSync(path).isDirectory() ? findTests([fromHere || '.']) : [fromHere];
}

function findTests(folders: readonly string[]): string[] {
  const found = globSync(
    folders.map((folder) => `${folder}/**/*.test.ts`),
    {
      exclude: (path) => path.includes('node_modules') || path.includes('.banyan'),
    },
  );
  if (found.length === 0)
    throw new Error(
      folders === FOLDERS
        ? 'no *.test.ts found: run this from the root of the checkout'
        : `there is no *.test.ts below ${folders[0]}`,
    );
  return found;
}
