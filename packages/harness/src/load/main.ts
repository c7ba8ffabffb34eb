import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { System } from '../system.ts';
import { type LoadOptions, startLoad } from './engine.ts';
import type { Source } from './source.ts';

/**
 * The load as a process of its own. Commands come as lines on stdin, answers go as JSON lines to stdout:
 *
 * LOAD_SECRET is the monolith's secret, with --load the URL of its database, with --traffic that and what the plan says of users, as JSON.
 *
 *   stage <name>   requests from now on count for that stage
 *   rate <n>       arrivals per second from now on
 *   summary        { "event": "summary", ...totals and the current stage's latency }
 *   stats          { "event": "stats", ...figures }
 *   stop           no more arrivals, then { "event": "stopped", ...figures } and the end
 *
 * `{ "event": "stall", "isStalled": true }` comes unasked when no request is answered any more, and false when one is.
 * A closed stdin stops it too: it never outlives who started it.
 */
const USAGE =
  'LOAD_SECRET=… node main.ts (--system SYSTEM.TS | --load LOAD.TS | --traffic FILE [--people USERS.TS]) --gateway URL --journal FILE [--rate 300] [--users 20000] [--rows JSON] [--seed 1] [--stage NAME]';

const { values } = parseArgs({
  options: {
    system: { type: 'string' },
    load: { type: 'string' },
    traffic: { type: 'string' },
    people: { type: 'string' },
    gateway: { type: 'string' },
    journal: { type: 'string' },
    rate: { type: 'string' },
    users: { type: 'string', default: '20000' },
    rows: { type: 'string', default: '{}' },
    seed: { type: 'string' },
    stage: { type: 'string' },
    'timeout-ms': { type: 'string' },
  },
});
const { LOAD_SECRET: secret } = process.env;
if (!(values.system || values.load || values.traffic) || !values.gateway || !values.journal || !secret) {
  console.error(USAGE);
  process.exit(2);
}

const say = (event: string, more: object = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const options: LoadOptions = {
  ...(await sourceOf(values, secret)),
  gatewayUrl: values.gateway,
  journalFile: values.journal,
  ratePerSecond: number(values.rate),
  seed: number(values.seed),
  stage: values.stage,
  timeoutMs: number(values['timeout-ms']),
  onStall: (isStalled) => say('stall', { isStalled }),
};

async function sourceOf(
  { load, traffic, people, system, users, rows }: Omit<typeof values, 'gateway'>,
  secret: string,
): Promise<Source> {
  if (traffic) return { trafficFile: traffic, peopleFile: people, ...JSON.parse(secret) };
  if (load) return { loadFile: load, database: secret };
  const { system: found } = (await import(system!)) as { system: System };
  return { system: found, users: Number(users), secret, rows: JSON.parse(rows) };
}

const load = await startLoad(options);
say('started');

const stop = async () => {
  say('stopped', await load.stop());
  process.stdin.destroy();
};

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const [command, name] = line.trim().split(/\s+(.*)/s);
  if (command === 'stage' && name) load.stage(name);
  else if (command === 'rate' && Number(name) > 0) load.rate(Number(name));
  else if (command === 'summary') say('summary', load.summary());
  else if (command === 'stats') say('stats', load.stats());
  else if (command === 'stop') commands.close();
  else if (command) say('error', { message: `unknown command ${command}` });
});
commands.once('close', () => void stop());
// Whoever listened is gone (EPIPE): the load ends as it would on `stop`, only unheard.
process.stdout.on('error', () => commands.close());
// Ctrl-C goes to the whole process group; whoever started us decides when we stop.
process.on('SIGINT', () => {});
process.once('SIGTERM', () => commands.close());
