import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an address belongs to the public internet: not to this machine, a private network, or a way around into one. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** Says of an address whether it may be connected to. */
export type MayConnect = (address: string) => boolean;

/**
 * The public internet, and the networks of a list beside it: `10.20.0.0/16, fd00:1::/32`. Throws a `TypeError` that names the
 * entry that is no network.
 */
export function publicAnd(networks: string): MayConnect {
  const list = new BlockList();
  for (const entry of networks.split(',').map((one) => one.trim())) {
    if (entry === '') continue;
    try {
      const [address, prefix] = ipaddr.parseCIDR(entry);
      list.addSubnet(address.toString(), prefix, address.kind());
    } catch (cause) {
      throw new TypeError(`'${entry.slice(0, 60)}' is no network such as 10.20.0.0/16`, { cause });
    }
  }
  return (address) => {
    if (isPublic(address)) return true;
    if (!ipaddr.isValid(address)) return false;
    // One of IPv4 that is written as one of IPv6 is what it stands for.
    const plain = ipaddr.process(address);
    return list.check(plain.toString(), plain.kind());
  };
}

/** The literal address in the place of a host, without brackets; undefined: it is a name. */
export function literalIn(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/**
 * Looks a host up for the very connection that is made, and gives none but the addresses that are allowed: what a name means
 * between a check and its use can then not change.
 */
export function lookupWhere(mayConnect: MayConnect): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const open = (addresses as LookupAddress[]).filter(({ address }) => mayConnect(address));
      const [first] = open;
      if (!first) return callback(notPublic(hostname), '', 0);
      if (options.all) return callback(null, open);
      callback(null, first.address, first.family);
    });
  };
}

export function notPublic(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is not on the public internet`), { code: NOT_PUBLIC });
}

/** The code of the error of a connection that was not made. */
export const NOT_PUBLIC = 'NOT_PUBLIC';
