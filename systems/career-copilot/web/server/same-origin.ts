import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of ours sent this request. Browsers say so in Sec-Fetch-Site; those that do not (before 2023, or over plain
 * http) name the page's origin in Origin, whose host must be the one that was asked. A request with neither is no page's.
 */
export function isOfOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = originOf(headers);
  return origin !== null && headers.host !== undefined && origin.host === headers.host.toLowerCase();
}

/**
 * Whether the page was reached by plain http on the machine that it is served from, where no cookie can be `Secure` in all browsers.
 * Wherever it cannot be told, it was not.
 */
export function isPlainLoopback(headers: IncomingHttpHeaders): boolean {
  const origin = originOf(headers);
  return origin?.protocol === 'http:' && LOOPBACK.test(origin.hostname);
}

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function originOf({ origin }: IncomingHttpHeaders): URL | null {
  return origin === undefined ? null : URL.parse(origin);
}
