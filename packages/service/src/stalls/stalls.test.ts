import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Registry } from 'prom-client';
import { addStallMetrics } from './metrics.ts';
import { sumStalls } from './sums.ts';
import { overlapMs, type Stall, watchStalls } from './watch.ts';

const directory = mkdtempSync(join(tmpdir(), 'stalls with a space-'));
after(() => rmSync(directory, { recursive: true }));

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

async function firstStall(ms: number): Promise<Stall> {
  const seen = Promise.withResolvers<Stall>();
  const watch = watchStalls((stall) => {
    if (stall.loopMs > ms / 2) seen.resolve(stall);
  });
  const alive = setInterval(() => {}, 10);
  setTimeout(() => spin(ms), 60);
  const stall = await seen.promise;
  clearInterval(alive);
  watch.stop();
  return stall;
}

it('tells of a loop that stood, and that the process itself, or its wait for a processor, took the time', async () => {
  const before = Date.now();
  const stall = await firstStall(300);
  assert.ok(stall.loopMs > 200 && stall.from >= before - 1_000 && stall.to <= Date.now() + 1_000);
  if (process.platform === 'linux') assert.ok(stall.cpuMs! + stall.waitMs! > 150, JSON.stringify(stall));
});

it('counts garbage collections within the span in which they were', async () => {
  const seen = Promise.withResolvers<Stall>();
  const watch = watchStalls((stall) => {
    if (stall.gcMs > 0) seen.resolve(stall);
  });
  const keep: object[] = [];
  const alive = setInterval(() => {
    for (let i = 0; i < 200_000; i += 1) keep.push({ i });
  }, 10);
  const stall = await seen.promise;
  clearInterval(alive);
  watch.stop();
  assert.ok(stall.gcMs <= stall.to - stall.from + 1);
});

it('records every process that inherits the environment, in any directory, and nothing of one that does not stall', async () => {
  const record = import.meta.resolve('./record.ts');
  const env = { ...process.env, NODE_OPTIONS: `--import=${record}`, BANYAN_STALLS: directory };
  const script =
    'const end = Date.now() + 400; setTimeout(() => { while (Date.now() < end); }, 100); setTimeout(() => {}, 700)';
  const child = spawn(process.execPath, ['--eval', script], { env, stdio: 'inherit' });
  await once(child, 'exit');
  const [file] = readdirSync(directory);
  const stalls = readFileSync(join(directory, file!), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Stall);
  assert.match(file!, new RegExp(`-${child.pid}\\.jsonl$`));
  assert.ok(stalls.some(({ loopMs }) => loopMs > 100));
});

it('keeps no process alive', () => {
  const watch = pathToFileURL(join(import.meta.dirname, 'watch.ts')).href;
  execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', `import { watchStalls } from '${watch}'; watchStalls(() => {});`],
    {
      timeout: 120_000,
    },
  );
});

it('adds up what a loop that stood took, however seldom the sums are asked for', async () => {
  const stalls = sumStalls();
  const alive = setInterval(() => {}, 10);
  const stood = Promise.withResolvers<void>();
  setTimeout(() => {
    spin(300);
    // Until the look after it.
    const look = setInterval(() => {
      if (stalls.sums().loopMs === 0) return;
      clearInterval(look);
      stood.resolve();
    }, 10);
  }, 60);
  await stood.promise;
  const { loopMs, waitMs, gcMs } = stalls.sums();
  stalls.stop();
  clearInterval(alive);
  assert.ok(loopMs > 150, String(loopMs));
  assert.ok(waitMs >= 0 && gcMs >= 0);
});

it('gives the sums as metrics', async () => {
  const registry = new Registry();
  const stalls = addStallMetrics(registry);
  const text = await registry.metrics();
  stalls.stop();
  for (const name of ['event_loop_stalled', 'cpu_wait', 'garbage_collection'])
    assert.match(text, new RegExp(`process_${name}_seconds_total [0-9.]+`));
});

it('measures how much two spans have in common', () => {
  assert.equal(overlapMs({ from: 0, to: 10 }, { from: 5, to: 20 }), 5);
  assert.equal(overlapMs({ from: 0, to: 10 }, { from: 10, to: 20 }), 0);
});
