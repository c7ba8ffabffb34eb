import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from './contenders.ts';
import { pinned } from './processes.ts';

/** As many requests as go through. */
export type Load = { port: number; path: string; tokens: string[]; seconds: number; connections: number };
/** `requests` are all that were sent; the other figures are of those that count. */
export type Measured = { requests: number; perSecond: number; p50Ms: number; p99Ms: number; errors: number };
export type Generator = { name: string; run: (load: Load) => Promise<Measured> };

/** A fixed number of requests per second, whatever the answers take. */
export type Pace = { port: number; path: string; token: string; seconds: number; perSecond: number };

/** wrk if it is installed, else a small generator of our own (`client.ts`), which takes more of its core. */
export function loadGenerator(directory: string): Generator {
  if (installed('wrk', '-v')) return { name: 'wrk', run: (load) => runWrk(directory, load) };
  return { name: 'client.ts', run: runClient };
}

export const canPace = (): boolean => installed('h2load', '--version');

const PACED_CONNECTIONS = 256;
/** Connections begin one by one, so that their requests do not fall due together. Coprime to most intervals. */
const STAGGER_MS = 7;
const SETTLE_MS = 300;

/**
 * h2load over HTTP/1.1. Each connection sends at an even pace of its own (at most one request in 10 ms, which is how
 * fine h2load's timers are). What was sent after the last connection began and before the first one ends counts;
 * the percentiles are ours, from h2load's log of every request.
 */
export async function runPaced(directory: string, pace: Pace): Promise<Measured> {
  const log = join(directory, 'h2load.log');
  writeFileSync(log, '');
  const rampMs = PACED_CONNECTIONS * STAGGER_MS + SETTLE_MS;
  const perConnection = pace.perSecond / PACED_CONNECTIONS;
  if (perConnection > 100) throw new Error('more than h2load can hold with this number of connections');
  const total = Math.ceil(perConnection * (pace.seconds + rampMs / 1_000)) * PACED_CONNECTIONS;
  await output(
    pinned(1, [
      'h2load',
      '--h1',
      `--clients=${PACED_CONNECTIONS}`,
      '--rate=1',
      `--rate-period=${STAGGER_MS}ms`,
      `--rps=${perConnection.toFixed(3)}`,
      `--requests=${total}`,
      `--log-file=${log}`,
      '--header=accept: application/json',
      `--header=authorization: Bearer ${pace.token}`,
      `http://127.0.0.1:${pace.port}${pace.path}`,
    ]),
  );
  const rows = readFileSync(log, 'utf8').trimEnd().split('\n');
  const requests = rows.map(
    (row) => row.split('\t').map(Number) as [sentAt: number, status: number, took: number],
  );
  const from = requests.reduce((least, [sentAt]) => Math.min(least, sentAt), Infinity) + rampMs * 1_000;
  const until = from + pace.seconds * 1e6;
  const counted = requests.filter(([sentAt]) => sentAt >= from && sentAt < until);
  const micros = Float64Array.from(counted, ([, , took]) => took).sort();
  const at = (share: number) => (micros[Math.floor(micros.length * share)] ?? Number.NaN) / 1_000;
  return {
    requests: requests.length,
    perSecond: counted.length / pace.seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors: requests.filter(([, status]) => status !== 200).length,
  };
}

async function runClient(load: Load): Promise<Measured> {
  const script = fileURLToPath(new URL('./client.ts', import.meta.url));
  return JSON.parse(await output(pinned(1, [process.execPath, script]), JSON.stringify(load)));
}

async function runWrk(
  directory: string,
  { port, path, tokens, seconds, connections }: Load,
): Promise<Measured> {
  const script = join(directory, 'wrk.lua');
  writeFileSync(
    script,
    `local tokens = {${tokens.map((token) => `"${token}"`).join(',')}}
local requests, n = {}, 0
init = function()
  for i, token in ipairs(tokens) do
    requests[i] = wrk.format("GET", "${path}", {["Authorization"] = "Bearer " .. token, ["Accept"] = "application/json"})
  end
end
request = function() n = n % #requests + 1; return requests[n] end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`,
  );
  const url = `http://127.0.0.1:${port}`;
  const text = await output(
    pinned(1, ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]),
  );
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(text);
  if (!found) throw new Error(`wrk said: ${text}`);
  const [, requests = 0, micros = 0, p50 = 0, p99 = 0, errors = 0] = found.map(Number);
  return { requests, perSecond: (requests * 1e6) / micros, p50Ms: p50 / 1e3, p99Ms: p99 / 1e3, errors };
}

/** What a command writes to stdout. Rejects when it fails. */
function output(command: string[], input = ''): Promise<string> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command.join(' ').slice(0, 80)}: exit ${code}`)),
    );
  });
}
