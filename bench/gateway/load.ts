import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from './contenders.ts';
import { pinned } from './processes.ts';

export type Load = {
  port: number;
  path: string;
  tokens: string[];
  seconds: number;
  connections: number;
  /** Requests per second over all connections; undefined: as many as go through. */
  rate?: number;
};

export type Measured = { perSecond: number; p50Ms: number; p99Ms: number; errors: number };

export type Generator = { name: string; run: (load: Load) => Promise<Measured> };

/** wrk if it is installed, else a small generator of our own (`client.ts`), which takes more of its core. */
export function loadGenerator(directory: string): Generator {
  if (installed('wrk', '-v')) return { name: 'wrk', run: (load) => runWrk(directory, load) };
  return { name: 'client.ts', run: runClient };
}

/** Always our own generator: it can hold a rate, which wrk cannot. */
export function runClient(load: Load): Promise<Measured> {
  const script = fileURLToPath(new URL('./client.ts', import.meta.url));
  const command = pinned(1, [process.execPath, script]);
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(load));
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`client: exit ${code}`)),
    );
  });
}

function runWrk(directory: string, { port, path, tokens, seconds, connections }: Load): Promise<Measured> {
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
  const command = pinned(1, ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]);
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('exit', () => {
      const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(text);
      if (!found) return reject(new Error(`wrk said: ${text}`));
      const [requests, micros, p50, p99, errors] = found.slice(1).map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return resolve({ perSecond: (requests * 1e6) / micros, p50Ms: p50 / 1e3, p99Ms: p99 / 1e3, errors });
    });
  });
}
