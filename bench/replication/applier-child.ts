/** An applier's process without its control database: takes the commands `stream`, `verify` and `drop`. See memory.ts. */
import { readFileSync } from 'node:fs';
import { type LinkConfig, openLink, verify } from '@banyan/replication';
import type { Answer } from './memory.ts';
import { MAPPING } from './world.ts';

// What the real process holds in memory besides.
await import('../../packages/banyan/src/applier/applier.ts');
await import('../../packages/banyan/src/applier/server.ts');

const config = JSON.parse(process.argv[2]!) as LinkConfig;
const forward = openLink({ ...config, tables: [MAPPING] });
const reverse = openLink({
  ...forward.config,
  direction: 'reverse',
  source: config.target,
  target: config.source,
});
const links = [forward, reverse];
const stopper = new AbortController();
let streaming: Promise<unknown> = Promise.resolve();

process.on('message', async (command: 'stream' | 'verify' | 'drop') => {
  if (command === 'stream') await start();
  else if (command === 'verify') await check();
  else return await drop();
  process.send!({ peakMiB: peakMiB() } satisfies Answer);
});

async function start(): Promise<void> {
  // Whatever an earlier run left behind.
  for (const link of links) await link.drop();
  for (const link of links) {
    await link.preflight();
    await link.prepare();
  }
  await forward.copy({ workers: 1 });
  streaming = Promise.all(links.map((link) => link.stream({ signal: stopper.signal })));
}

async function check(): Promise<void> {
  const barriers = (timeoutMs: number) => Promise.all(links.map((link) => link.barrier({ timeoutMs })));
  await barriers(120_000);
  const verdict = await verify({
    legacy: config.source,
    service: config.target,
    mapping: MAPPING,
    salt: 'bench',
    share: 0,
    waitApplied: async () => {
      await barriers(10_000);
    },
  });
  if (verdict.verdict !== 'CONSISTENT') throw new Error(`The copy is ${verdict.verdict}`);
}

async function drop(): Promise<void> {
  stopper.abort();
  await streaming;
  for (const link of links) await link.drop();
  process.disconnect();
}

/** `maxRSS` of getrusage would count the parent's pages from before the child was another program. */
function peakMiB(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}
