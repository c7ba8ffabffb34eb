import { NOT_PUBLIC } from '@banyan/service';
import { type Dispatcher, request } from 'undici';
import { type ErrorCode, type Outcome, retryAfterMs } from './decide.ts';

/** A receiver that is slower has failed: it should take a message first and work on it later. */
const TIMEOUT_MS = 15_000;
/** What is read of an answer, so that its connection can be used again; more ends the connection. */
const DRAINED_BYTES = 64 * 1024;

/**
 * Makes one attempt. Never throws: that there was no answer is an outcome too. A redirection is an answer like any other that is no
 * success: it is not followed.
 */
export async function send(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  { dispatcher, signal }: { dispatcher: Dispatcher; signal: AbortSignal },
): Promise<Outcome> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'career-copilot-webhooks', ...headers },
      body,
      dispatcher,
      signal: deadline,
    });
    // Its status is the answer, whether or not the rest of it comes.
    await answer.body.dump({ limit: DRAINED_BYTES, signal: deadline }).catch(() => {});
    const asked = answer.headers['retry-after'];
    return {
      is: 'answer',
      status: answer.statusCode,
      retryAfterMs: retryAfterMs(Array.isArray(asked) ? asked[0] : asked, new Date()),
    };
  } catch (error) {
    return { is: 'error', code: codeOf(error) };
  }
}

function codeOf(error: unknown): ErrorCode {
  const { name, code } = error as NodeJS.ErrnoException;
  if (code === NOT_PUBLIC) return 'NOT_PUBLIC';
  const late = ['TimeoutError', 'HeadersTimeoutError', 'BodyTimeoutError', 'ConnectTimeoutError'];
  return late.includes(name) ? 'TIMEOUT' : 'UNREACHABLE';
}
