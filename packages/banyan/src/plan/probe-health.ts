import { request } from 'undici';

/** How long an instance may take to say how it is, ms. */
const ANSWER_MS = 2_000;

/** What is wrong with an instance, by its health check; null: nothing. Any answer of 2xx or 3xx is good. Never rejects. */
export async function probeHealth(origin: string, path: string): Promise<string | null> {
  try {
    const { statusCode, body } = await request(new URL(path, origin), {
      headers: { 'user-agent': 'banyan' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await body.dump();
    return statusCode >= 200 && statusCode < 400 ? null : `GET ${path} answers ${statusCode}`;
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    const why = name === 'TimeoutError' ? `none within ${ANSWER_MS / 1000} s` : (code ?? message);
    return `GET ${path} has no answer: ${why}`;
  }
}
