import type { Socket } from 'node:net';
import { networkOf, peerAddress } from './client-address.ts';

/** The other end of a client's connection: the same for all requests that come on it. */
export type Peer = {
  readonly address: string;
  readonly network: string;
  readonly encrypted: boolean;
};

const PEER = Symbol('peer');

/** Read once per connection: each of it costs more than the rest of what a request needs to know of its client. */
export function peerOf(socket: Socket): Peer {
  const known = socket as Socket & { [PEER]?: Peer };
  known[PEER] ??= read(socket);
  return known[PEER];
}

function read(socket: Socket): Peer {
  const address = peerAddress(socket.remoteAddress);
  return { address, network: networkOf(address), encrypted: 'encrypted' in socket };
}
