import { request } from 'undici';

/** How long an instance may take to say how it is, ms. */
const ANSWER_MS = 2_000;

/** What is wrong with an instance, and whether it gave an answer at all. */
export type Unhealthy = { why: string; answered: boolean };

/**
 * Asks an instance how it is by its health path; null: well, by any answer of 2xx or 3xx. Where the path is null any
 * answer to a request for / will do. Never rejects.
 */
export async function probeHealth(origin: string, path: string | null): Promise<Unhealthy | null> {
  const asked = path ?? '/';
  try {
    const { statusCode, body } = await request(new URL(asked, origin), {
      headers: { 'user-agent': 'banyan' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await body.dump();
    if (path === null || (statusCode >= 200 && statusCode < 400)) return null;
    return { why: `GET ${asked} answers ${statusCode}`, answered: true };
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    const none = name === 'TimeoutError' ? `none within ${ANSWER_MS / 1000} s` : (code ?? message);
    return { why: `GET ${asked} has no answer: ${none}`, answered: false };
  }
}
