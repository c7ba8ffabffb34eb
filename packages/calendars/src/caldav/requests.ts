/** How a server is asked that a person has named: nowhere it must not lead, for no longer and for no more than is good. */
import { NOT_PUBLIC } from '@banyan/service';
import { type Dispatcher, fetch as send } from 'undici';
import { limitedBytes } from '../limited.ts';
import { CalendarError } from '../remote.ts';

export type DavHost = {
  dispatcher: Dispatcher;
  /** What speaks against asking this address; undefined: nothing. */
  problemOf(url: string): string | undefined;
  signal: AbortSignal;
};

const TIMEOUT_MS = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_REDIRECTS = 3;

/**
 * `fetch` as tsdav wants it. A redirection is followed on the same server only, unless whoever asks wants to see it. Throws `CalendarError`
 * for what no caller can make anything of: 401, 429 and 5xx, and no answer.
 */
export function davFetch({ dispatcher, problemOf, signal }: DavHost): typeof fetch {
  const ask = async (url: string, init: RequestInit, redirects: number): Promise<Response> => {
    const problem = problemOf(url);
    if (problem !== undefined) throw new CalendarError('REFUSED', `${hostOf(url)}: ${problem}`);
    const answer = await send(url, {
      ...(init as object),
      redirect: 'manual',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch(unreachable);
    const { status, headers } = answer;
    const bytes = await limitedBytes(answer.body ?? none(), MOST_BYTES).catch(unreachable);
    const location = status >= 300 && status < 400 ? headers.get('location') : null;
    const next = location === null ? null : URL.parse(location, url);
    if (
      next &&
      next.origin === new URL(url).origin &&
      init.redirect !== 'manual' &&
      redirects < MOST_REDIRECTS
    )
      return await ask(next.href, init, redirects + 1);
    if (status === 401) throw new CalendarError('UNAUTHORIZED', `${hostOf(url)} does not take the password`);
    if (status === 429 || status === 503)
      throw new CalendarError('BUSY', `${hostOf(url)} answered ${status}`);
    if (status >= 500) throw new CalendarError('UNREACHABLE', `${hostOf(url)} answered ${status}`);
    const hasBody = ![204, 205, 304].includes(status) && bytes.length > 0;
    return new Response(hasBody ? new Uint8Array(bytes) : null, { status, headers: [...headers] });
  };
  return async (input, init = {}) => await ask(String(input), init, 0);
}

async function* none(): AsyncGenerator<Uint8Array> {}

function unreachable(cause: unknown): never {
  const refused = (cause as { cause?: NodeJS.ErrnoException }).cause?.code === NOT_PUBLIC;
  if (refused) throw new CalendarError('REFUSED', 'the server is not on the public internet', cause);
  throw new CalendarError('UNREACHABLE', 'the server does not answer', cause);
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '(no address)';
}
