import { isPublic, type MayConnect } from './networks.ts';

/**
 * What is wrong with an address that somebody wants to be asked or told at; undefined: nothing. Whether it leads into a private network is seen
 * when it is connected to. Without TLS only a literal address in a private network that was allowed is taken: nobody is in between there.
 */
export function urlProblem(text: string, mayConnect: MayConnect): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'It is no address.';
  if (url.username !== '' || url.password !== '') return 'It has a user or a password in it.';
  if (url.protocol === 'https:') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:' && !isPublic(host) && mayConnect(host)) return undefined;
  return 'It does not begin with https:';
}
