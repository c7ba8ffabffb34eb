import type { Envelope } from '../envelope.ts';
import { EventsError } from '../errors.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { Subscription } from './bus.ts';

/** How long a handler may take, in milliseconds, unless the subscription says otherwise. */
const TIME_LIMIT_MS = 30_000;

/**
 * One attempt to handle a message: undefined if it succeeded. Whatever is thrown is a failure, and so is a handler that has
 * not come to an end when its time is over: its signal aborts, and nobody waits for it any more.
 */
export async function attempt(
  { handle, timeLimitMs = TIME_LIMIT_MS }: Pick<Subscription, 'handle' | 'timeLimitMs'>,
  message: Envelope,
  number: number,
): Promise<Failure | undefined> {
  try {
    await within(timeLimitMs, message, (signal) => handle(message, { attempt: number }, signal));
    return undefined;
  } catch (thrown) {
    return failureOf(thrown);
  }
}

/** Several at once: how many of them, from the first, are done, and which one has failed. None if it rejects. */
export async function attemptMany(
  { handleMany, timeLimitMs = TIME_LIMIT_MS }: Subscription,
  messages: readonly Envelope[],
): Promise<{ done: number; failed?: { index: number; failure: Failure } }> {
  try {
    const { done, failed } = await within(timeLimitMs, messages[0]!, (signal) =>
      handleMany!(messages, signal),
    );
    return failed ? { done, failed: { index: failed.index, failure: failureOf(failed.thrown) } } : { done };
  } catch {
    // Which of them it was, and why, is told by the one that fails alone.
    return { done: 0 };
  }
}

async function within<T>(
  ms: number,
  { type, id }: Envelope,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new EventsError('HANDLER_TIMEOUT', { type, id, limitMs: ms });
    reject(error);
    abort.abort(error);
  }, ms);
  try {
    const work = run(abort.signal);
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
