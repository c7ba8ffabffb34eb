import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

type ThreadLimits = {
  /** Milliseconds that it may take. */
  timeLimitMs: number;
  /** Of its heap, MiB. Default 256. */
  heapMb?: number;
};

/** What a thread came to: what it posted, or why it was ended before. */
type ThreadEnd<Done> = { is: 'done'; done: Done } | { is: 'TOO_SLOW' | 'TOO_LARGE' | 'DIED' };

/** What it may have beside its heap, of which Node limits nothing: a stream of a few kilobytes may unpack to gigabytes. */
const MOST_BUFFERS = 128 * 1024 * 1024;
const MEMORY_LOOK_MS = 50;

/**
 * Has a module work on what a stranger made, in a thread of its own, which is ended when its time is over or it has too much memory: no parser can
 * be trusted to end on any input, and while it works others are answered. The module posts one message. Never throws.
 */
export async function inThread<Done>(
  module: URL,
  task: object,
  { timeLimitMs, heapMb = 256 }: ThreadLimits,
): Promise<ThreadEnd<Done>> {
  const worker = new Worker(module, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 },
    stdout: true,
    stderr: true,
  });
  const limit = AbortSignal.timeout(timeLimitMs);
  const ended = new AbortController();
  try {
    return await Promise.race<ThreadEnd<Done>>([
      once(worker, 'message', { signal: limit }).then(([done]) => ({ is: 'done', done })),
      once(worker, 'exit', { signal: limit }).then(() => ({ is: 'DIED' })),
      untilTooLarge(worker, ended.signal).then(() => ({ is: 'TOO_LARGE' })),
    ]);
  } catch {
    return { is: limit.aborted ? 'TOO_SLOW' : 'DIED' };
  } finally {
    ended.abort();
    await worker.terminate();
  }
}

/** Resolves when a worker has more memory beside its heap than it may have, or `signal` aborts. */
async function untilTooLarge(worker: Worker, signal: AbortSignal): Promise<void> {
  for (let bytes = 0; bytes <= MOST_BUFFERS && !signal.aborted; ) {
    await delay(MEMORY_LOOK_MS, undefined, { signal }).catch(() => {});
    // It does not say before it runs.
    bytes = await worker.getHeapStatistics().then(
      ({ external_memory }) => external_memory,
      () => 0,
    );
  }
}
