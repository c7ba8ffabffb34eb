import { inThread } from '@banyan/service';
import { connectors, type Kind } from './connectors.ts';
import { ConnectorError, type Origin, type Parsed } from './posting.ts';

export type Task = { kind: Kind; payload: string; origin: Origin };
export type Done = { parsed: Parsed } | { problem: string };

/** Shorter answers are read in less time than a thread takes to begin, characters. */
const SHORT = 128 * 1024;
const TIME_LIMIT_MS = 120_000;

/**
 * The postings of an answer. A long one is read in a thread of its own: thousands of descriptions take some seconds, and a hostile page as long as it
 * likes, in which nobody would be answered. Throws `ConnectorError`.
 */
export async function parsePayload(
  { kind, payload, origin }: Task,
  { timeLimitMs = TIME_LIMIT_MS }: { timeLimitMs?: number } = {},
): Promise<Parsed> {
  if (payload.length < SHORT) return connectors[kind].parse(payload, origin);
  const module = new URL('./parse-worker.ts', import.meta.url);
  const end = await inThread<Done>(module, { kind, payload, origin }, { timeLimitMs, heapMb: 512 });
  if (end.is !== 'done') throw new ConnectorError(`the answer cannot be read: ${WHY[end.is]}`);
  if ('problem' in end.done) throw new ConnectorError(end.done.problem);
  return end.done.parsed;
}

const WHY = {
  TOO_SLOW: 'it takes too long',
  TOO_LARGE: 'it takes too much memory',
  DIED: 'it takes too much memory, or ends what reads it',
};
