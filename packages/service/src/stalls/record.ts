import cluster from 'node:cluster';
import { appendFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { type Stall, watchStalls } from './watch.ts';

/**
 * Loaded before a process's own code (`node --import @banyan/service/stalls/record`): with BANYAN_STALLS set it writes every
 * stall of the process as a JSON line to a file of its own in that directory. Children inherit both by the environment
 * (NODE_OPTIONS), so that a whole system is recorded without knowing of it.
 */
const { BANYAN_STALLS: directory } = process.env;
/** How often lines are written, ms; a killed process loses no more. */
const WRITE_MS = 250;

if (directory && isMainThread) record(directory);

function record(into: string): void {
  const file = join(into, `${nameOfProcess()}-${process.pid}.jsonl`);
  // Also a process that never stalls is known to have run.
  appendFileSync(file, '');
  let lines = '';
  watchStalls((stall) => {
    lines += `${JSON.stringify(stall, rounded)}\n`;
  });
  setInterval(() => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    // A directory that is gone has no reader.
    appendFile(file, text).catch(() => {});
  }, WRITE_MS).unref();
  process.once('exit', () => {
    try {
      if (lines !== '') appendFileSync(file, lines);
    } catch {
      // as above
    }
  });
}

/** `gateway` for …/gateway/main.ts, `gateway worker 1` for its workers. */
function nameOfProcess(): string {
  const script = process.argv[1] ?? 'node';
  const name = /^main\.[jt]s$/.test(basename(script)) ? basename(dirname(script)) : basename(script);
  return cluster.worker ? `${name} worker ${cluster.worker.id}` : name;
}

function rounded(_key: string, value: Stall[keyof Stall]): Stall[keyof Stall] {
  return typeof value === 'number' ? Math.round(value * 10) / 10 : value;
}
