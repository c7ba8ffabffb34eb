import { errorCode } from '@banyan/postgres';
import type { Outcome } from './channel.ts';

const MOST_CHARACTERS = 65_536;

export type Answered = { status: number; body: unknown; retryAfterMs?: number };

/**
 * One POST to the other side of a channel, redirections not followed. Hand-over is noted before it; what cannot have reached the other side is
 * `unsent`, what broke off later `unknown`.
 */
export async function post(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: URLSearchParams | Uint8Array<ArrayBuffer> },
  { handOver, timeoutMs }: { handOver(): Promise<void>; timeoutMs: number },
): Promise<Answered | Outcome> {
  try {
    await handOver();
  } catch (error) {
    return { is: 'unsent', reason: (error as Error).message };
  }
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
    const seconds = Number.parseInt(answer.headers.get('retry-after') ?? '', 10);
    return {
      status: answer.status,
      body: parsed((await answer.text()).slice(0, MOST_CHARACTERS)),
      ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
    };
  } catch (error) {
    return brokenOff(error);
  }
}

/** Of a request that ended without an answer: it cannot have arrived, or nobody knows. */
export function brokenOff(error: unknown): Outcome {
  const { cause = error } = error as Error;
  const reason = (cause as Error).message;
  return NEVER_CONNECTED.has(errorCode(cause) ?? '') ? { is: 'unsent', reason } : { is: 'unknown', reason };
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
