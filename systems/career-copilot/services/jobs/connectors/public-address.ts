import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an address belongs to the public internet: not to this machine, a private network, or a way around into one. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** The literal address that a URL names in the place of a host; undefined: it names a host. */
export function literalIn({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/**
 * Looks a host up for the very connection that is made, and gives none but public addresses: what a name means between a check and
 * its use can then not change.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const open = (addresses as LookupAddress[]).filter(({ address }) => isPublic(address));
    const [first] = open;
    if (!first) return callback(notPublic(hostname), '', 0);
    if (options.all) return callback(null, open);
    callback(null, first.address, first.family);
  });
};

export function notPublic(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is not on the public internet`), { code: NOT_PUBLIC });
}

export const NOT_PUBLIC = 'NOT_PUBLIC';
