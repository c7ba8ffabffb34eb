import { FetchError } from './fetch-error.ts';

/** `address`, seen from the page `from` if it is a relative one. Throws `FetchError` BAD_ADDRESS. */
export function webAddress(address: string, from?: URL): URL {
  const url = URL.parse(address, from?.href);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  )
    throw new FetchError(
      'BAD_ADDRESS',
      `'${address.slice(0, 100)}' is no http or https address without a password`,
    );
  return url;
}
