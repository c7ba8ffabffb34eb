import { TextDecoder } from 'node:util';
import type { Response } from 'undici';
import { asFetchError, FetchError } from './fetch-error.ts';

/** In so many first bytes a page says what its letters are, as browsers look for it. */
const CHARSET_WITHIN = 1_024;

/** The body of an answer as text. Throws `FetchError` TOO_LARGE as soon as it is more than `mostBytes`, and what `signal` is aborted with. */
export async function bodyText(
  response: Response,
  url: URL,
  { mostBytes, signal }: { mostBytes: number; signal: AbortSignal },
): Promise<string> {
  let decoder: TextDecoder | undefined;
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes)
        throw new FetchError('TOO_LARGE', `${url.href} is larger than ${mostBytes} bytes`);
      decoder ??= decoderOf(response.headers.get('content-type'), chunk);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + (decoder?.decode() ?? '');
  } catch (error) {
    signal.throwIfAborted();
    throw asFetchError(url, error);
  }
}

/** By what an answer says of its letters: in its head, in its first lines, or nowhere, which is UTF-8. */
function decoderOf(contentType: string | null, begin: Uint8Array): TextDecoder {
  const lines = Buffer.from(begin.subarray(0, CHARSET_WITHIN)).toString('latin1');
  const [, charset] =
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '') ??
    /<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)/i.exec(lines) ??
    /<meta[^>]*\bcharset\s*=\s*["']?([\w.:-]+)/i.exec(lines) ??
    [];
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
