import { Counter, type Registry } from 'prom-client';
import { type StallSums, sumStalls } from './sums.ts';

const METRICS: Array<[name: string, help: string, of: keyof StallSums]> = [
  ['process_event_loop_stalled_seconds_total', 'Time the event loop was late by more than 20 ms', 'loopMs'],
  ['process_cpu_wait_seconds_total', 'Time the main thread was ready and no processor took it', 'waitMs'],
  ['process_garbage_collection_seconds_total', 'Time in garbage collections', 'gcMs'],
];

/** Counters that say where a process loses time that its users wait for. */
export function addStallMetrics(registry: Registry): { stop(): void } {
  const stalls = sumStalls();
  for (const [name, help, of] of METRICS) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(stalls.sums()[of] / 1000);
      },
    });
  }
  return stalls;
}
