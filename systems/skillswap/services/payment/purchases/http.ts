import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { ProviderError } from './provider.ts';

// biome-ignore lint/suspicious/noExplicitAny: what others answer; each reader takes what it needs
export type Body = any;

export type Asked = {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** How long an answer is waited for, ms. */
  timeoutMs: number;
};

/** An answer of the provider. Throws `UNREACHABLE` where there is none, or one that says to come again. */
export async function ask({ url, timeoutMs, ...asked }: Asked): Promise<{ status: number; body: Body }> {
  const signal = AbortSignal.timeout(timeoutMs);
  let answer: Dispatcher.ResponseData;
  let body: Body;
  try {
    answer = await request(url, { ...asked, signal });
    body = await answer.body.json();
  } catch (cause) {
    throw new ProviderError('UNREACHABLE', signal.aborted ? 'no answer in time' : 'no answer', cause);
  }
  const { statusCode: status } = answer;
  if (status >= 500 || status === 429 || status === 409 || status === 401)
    throw new ProviderError('UNREACHABLE', `status ${status}`);
  return { status, body };
}
