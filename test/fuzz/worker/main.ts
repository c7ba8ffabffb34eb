/** The gateway worker that is fuzzed, in a process of its own: what ends or stops it is seen from outside. */
import { memorySource, type RouteTable, startGateway } from '@banyan/gateway';
import type { FromWorker, ToWorker } from './messages.ts';

/** How often the event loop is looked at, ms. */
const TICK_MS = 20;

const send = (message: FromWorker) => process.send?.(message);
const table = JSON.parse(process.env.FUZZ_TABLE as string) as RouteTable;
const source = memorySource(table);
const gateway = await startGateway({
  source,
  port: 0,
  onError: (error, what) => send({ kind: 'error', text: `${what}: ${(error as Error)?.stack ?? error}` }),
});

/** Longest turn of the event loop that its own thread spent computing, not waiting for a processor; ms. */
let longestTurnMs = 0;
let last = { at: performance.now(), cpu: process.threadCpuUsage() };
setInterval(() => {
  const now = { at: performance.now(), cpu: process.threadCpuUsage() };
  const passed = now.at - last.at - TICK_MS;
  const cpu = (now.cpu.user + now.cpu.system - last.cpu.user - last.cpu.system) / 1000;
  longestTurnMs = Math.max(longestTurnMs, Math.min(passed, cpu));
  last = now;
}, TICK_MS);

process.on('message', (message: ToWorker) => {
  if (message.kind === 'publish') {
    source.publish(message.table);
    return;
  }
  // What the control plane would have is not the worker's memory.
  for (const told of [source.outcomes, source.failures, source.mismatches]) told.length = 0;
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  send({ kind: 'figures', id: message.id, heap: heapUsed, external, rss, longestTurnMs });
  longestTurnMs = 0;
});
process.on('disconnect', () => process.exit());

send({ kind: 'ready', port: gateway.port });
