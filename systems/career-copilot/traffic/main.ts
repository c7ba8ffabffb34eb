import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startTraffic, type TrafficOptions } from './traffic.ts';

/**
 * The load as a process of its own. Commands come as lines on stdin, answers go as JSON lines to stdout:
 *
 *   stage <name>   requests from now on count for that stage
 *   rate <n>       arrivals per second from now on
 *   glance         { "event": "glance", ...totals and the current stage's latency }
 *   stats          { "event": "stats", ...figures }
 *   stop           no more arrivals, then { "event": "stopped", ...figures } and the end
 *
 * `{ "event": "standing", "stands": true }` comes unasked when no request is answered any more, and false when one is.
 * A closed stdin stops it too: it never outlives who started it.
 */
const USAGE =
  'JWT_SECRET=… node main.ts --gateway URL --journal FILE [--rate 300] [--users 20000] [--jobs 8000] [--seed 1] [--stage NAME]';

const { values } = parseArgs({
  options: {
    gateway: { type: 'string' },
    journal: { type: 'string' },
    rate: { type: 'string' },
    users: { type: 'string', default: '20000' },
    jobs: { type: 'string' },
    seed: { type: 'string' },
    stage: { type: 'string' },
    'timeout-ms': { type: 'string' },
  },
});
const { JWT_SECRET: jwtSecret } = process.env;
if (!values.gateway || !values.journal || !jwtSecret) {
  console.error(USAGE);
  process.exit(2);
}

const say = (event: string, more: object = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const options: TrafficOptions = {
  gatewayUrl: values.gateway,
  journalFile: values.journal,
  users: { count: Number(values.users), jwtSecret },
  jobs: number(values.jobs),
  ratePerSecond: number(values.rate),
  seed: number(values.seed),
  stage: values.stage,
  timeoutMs: number(values['timeout-ms']),
  onStanding: (stands) => say('standing', { stands }),
};

const traffic = startTraffic(options);
say('started');

const stop = async () => {
  say('stopped', await traffic.stop());
  process.stdin.destroy();
};

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const [command, name] = line.trim().split(/\s+(.*)/s);
  if (command === 'stage' && name) traffic.stage(name);
  else if (command === 'rate' && Number(name) > 0) traffic.rate(Number(name));
  else if (command === 'glance') say('glance', traffic.glance());
  else if (command === 'stats') say('stats', traffic.stats());
  else if (command === 'stop') commands.close();
  else if (command) say('error', { message: `unknown command ${command}` });
});
commands.once('close', () => void stop());
// Whoever listened is gone (EPIPE): the traffic ends as it would on `stop`, only unheard.
process.stdout.on('error', () => commands.close());
// Ctrl-C goes to the whole process group; whoever started us decides when we stop.
process.on('SIGINT', () => {});
process.once('SIGTERM', () => commands.close());
