import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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
export type Pace = Load & { perSecond: number };

/** wrk if it is installed, else a small generator of our own (`client.ts`), which takes more of its core. */
export function loadGenerator(directory: string): Generator {
  if (installed('wrk', '-v')) return { name: 'wrk', run: (load) => runWrk(directory, load) };
  return { name: 'client.ts', run: (load) => runScript('./client.ts', load) };
}

export const runPaced = (pace: Pace): Promise<Measured> => runScript('./pace.ts', pace);

async function runScript(file: string, load: Load): Promise<Measured> {
  const script = fileURLToPath(new URL(file, import.meta.url));
  return JSON.parse(await output(pinned(1, [process.execPath, script]), JSON.stringify(load)));
}

let runs = 0;

async function runWrk(
  directory: string,
  { port, path, tokens, seconds, connections }: Load,
): Promise<Measured> {
  const script = join(directory, `wrk-${runs++}.lua`);
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
