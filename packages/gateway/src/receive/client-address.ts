import { isIP } from 'node:net';

/**
 * Whose request it is by address. Only what our own proxies have written is believed: of the addresses in
 * X-Forwarded-For (or Forwarded) the last `trustedHops`, one for each proxy in front of the gateway. What stands
 * before them the client may have made up; it is dropped.
 */
export type Client = {
  /** Canonical text of the address; null when the proxies do not say it. */
  address: string | null;
  /** X-Forwarded-For for the upstream. */
  forwardedFor: string;
};

/** `forwardedFor` and `forwarded` are the headers as they came, several of one name joined by commas; '' without. */
export function clientOf(trustedHops: number, peer: string, forwardedFor: string, forwarded: string): Client {
  if (trustedHops === 0) return { address: peer, forwardedFor: peer };
  const listed = lastOf(forwardedFor, trustedHops);
  const named = lastOf(forwarded, trustedHops).map(forOf);
  const address = addressAt(listed, trustedHops);
  if (forwarded === '') return { address, forwardedFor: [...listed, peer].join(', ') };
  const other = addressAt(named, trustedHops);
  if (forwardedFor === '') return { address: other, forwardedFor: [...named.map(bare), peer].join(', ') };
  // A proxy writes one of the two, and one that a client sends it may leave as it is. Which one cannot be told.
  if (address !== other) return { address: peer, forwardedFor: peer };
  return { address, forwardedFor: [...listed, peer].join(', ') };
}

/**
 * The last `count` entries of a list in a header. Read from the right, where our proxies write: a quote that a client
 * has left open cannot swallow what they say.
 */
export function lastOf(list: string, count: number): string[] {
  const entries: string[] = [];
  let quoted = false;
  let end = list.length;
  for (let at = end - 1; at >= -1 && entries.length < count; at--) {
    const character = list[at];
    if (character === '"') quoted = !quoted;
    if (at !== -1 && (quoted || character !== ',')) continue;
    const entry = list.slice(at + 1, end).trim();
    if (entry !== '') entries.unshift(entry);
    end = at;
  }
  return entries;
}

/** The network that is one client: of IPv6 the /64, within which anybody may choose addresses. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const groups = groupsOf(address);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The other end of a connection, without the IPv4-in-IPv6 prefix. */
export function peerAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** An address as sockets and proxies write it, without port, brackets, zone and IPv4-in-IPv6; null if it is none. */
export function plainAddress(text: string): string | null {
  const found = PORTED.exec(text);
  const address = (found ? (found[1] ?? found[2]) : text)!.split('%', 1)[0]!;
  const version = isIP(address);
  if (version === 0) return null;
  if (version === 4) return address;
  const groups = groupsOf(address);
  const mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (!mapped) return address.toLowerCase();
  return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.');
}

/** `[v6]`, `[v6]:port`, `v4:port`. */
const PORTED = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/;
const FOR = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^";\s]*))/i;

function addressAt(entries: string[], trustedHops: number): string | null {
  return entries.length < trustedHops ? null : plainAddress(entries[0]!);
}

/** The `for` of an element of Forwarded; '' without. */
function forOf(element: string): string {
  const found = FOR.exec(element);
  return found?.[1] ?? found?.[2] ?? '';
}

function bare(entry: string): string {
  return plainAddress(entry) ?? 'unknown';
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = address.lastIndexOf('.') === -1 ? null : address.slice(address.lastIndexOf(':') + 1);
  const bytes = dotted?.split('.').map(Number);
  const text = bytes
    ? address.slice(0, -dotted!.length) +
      [(bytes[0]! << 8) | bytes[1]!, (bytes[2]! << 8) | bytes[3]!]
        .map((group) => group.toString(16))
        .join(':')
    : address;
  const [head, tail] = text.split('::') as [string, string | undefined];
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [first, last] = [read(head), read(tail)];
  return [...first, ...new Array(8 - first.length - last.length).fill(0), ...last];
}
