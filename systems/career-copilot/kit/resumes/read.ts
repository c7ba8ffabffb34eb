import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RESUME_BYTES } from '../../api/bodies.ts';
import type { Skills } from '../skills/skills.ts';
import { ResumeError } from './errors.ts';
import type { Done, Task } from './extract-worker.ts';
import { understandJson } from './json-resume.ts';
import { isLinkedIn, readLinkedIn } from './linkedin.ts';
import type { Understood } from './resume.ts';
import { understand } from './understand.ts';

export type Kind = 'pdf' | 'docx' | 'json' | 'linkedin' | 'text';
export type ReadOptions = {
  skills: Skills;
  /** Bytes of a file at most. Default 5 MiB. */
  mostBytes?: number;
  /** Milliseconds that a file may take. Default 20,000. */
  timeLimitMs?: number;
};

const TIME_LIMIT_MS = 20_000;
/** Memory of the worker that reads a file, MiB. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };
/** What it may have beside its heap, of which Node limits nothing: a stream of a few kilobytes may unpack to gigabytes. */
const MOST_BUFFERS = 128 * 1024 * 1024;
const MEMORY_LOOK_MS = 50;
const MOST_TEXT = 500_000;

/** Reads a résumé, whatever its name says it is. Throws nothing but `ResumeError`. */
export async function readResume(
  bytes: Uint8Array,
  { skills, mostBytes = RESUME_BYTES, timeLimitMs = TIME_LIMIT_MS }: ReadOptions,
): Promise<Understood & { kind: Kind }> {
  if (bytes.length > mostBytes) throw new ResumeError('TOO_LARGE');
  const kind = kindOf(bytes);
  if (kind === 'linkedin') return { kind, ...(await readLinkedIn(Buffer.from(bytes))) };
  if (kind === 'json') return { kind, ...understandJson(jsonIn(bytes)) };
  const text = kind === 'text' ? textIn(bytes)! : await extract({ kind, bytes }, timeLimitMs);
  if (text.trim() === '') throw new ResumeError('NO_TEXT');
  return { kind, ...understand(text.slice(0, MOST_TEXT).toWellFormed().replaceAll('\0', ''), skills) };
}

/** By what is in it. Throws `ResumeError`. */
export function kindOf(bytes: Uint8Array): Kind {
  const begin = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (begin.includes('%PDF-')) return 'pdf';
  if (begin.startsWith('PK\x03\x04')) {
    if (Buffer.from(bytes).includes('word/document.xml')) return 'docx';
    if (isLinkedIn(Buffer.from(bytes))) return 'linkedin';
    throw new ResumeError('UNKNOWN_KIND');
  }
  const text = textIn(bytes);
  if (text === undefined) throw new ResumeError('UNKNOWN_KIND');
  return text.trimStart().startsWith('{') ? 'json' : 'text';
}

/** As UTF-8, or as UTF-16 where its first bytes say so; undefined: neither, or nothing that a person wrote. */
function textIn(bytes: Uint8Array): string | undefined {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textIn(bytes) ?? '');
  } catch (cause) {
    throw new ResumeError('UNREADABLE', { cause });
  }
}

/** In a thread of its own, which is ended when its time is over: no parser can be trusted to end on any file. */
async function extract(task: Task, timeLimitMs: number): Promise<string> {
  const worker = new Worker(new URL('./extract-worker.ts', import.meta.url), {
    workerData: { ...task, bytes: Uint8Array.from(task.bytes) },
    resourceLimits: MEMORY,
    stdout: true,
    stderr: true,
  });
  const limit = AbortSignal.timeout(timeLimitMs);
  const ended = new AbortController();
  try {
    const [done] = (await Promise.race([
      once(worker, 'message', { signal: limit }),
      once(worker, 'exit', { signal: limit }).then(() => [{ code: 'UNREADABLE' }]),
      untilTooLarge(worker, ended.signal).then(() => [{ code: 'TOO_LARGE_INSIDE' }]),
    ])) as [Done];
    if ('code' in done) throw new ResumeError(done.code);
    return done.text;
  } catch (cause) {
    if (cause instanceof ResumeError) throw cause;
    throw new ResumeError(limit.aborted ? 'TOO_SLOW' : 'UNREADABLE', { cause });
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
