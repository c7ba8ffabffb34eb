import type { Socket } from 'node:net';
import { rawProblem } from '../errors.ts';
import { peerOf } from './peer.ts';

/** A worker's open connections by client, whatever is said on them: none takes the descriptors and the memory of all. */
export class Connections {
  readonly #most: number;
  readonly #open = new Map<string, number>();
  #all = 0;

  /** `most` of all clients together. */
  constructor(most: number) {
    this.#most = most;
  }

  get openNow(): number {
    return this.#all;
  }

  /**
   * Counts a connection that has just been made until it closes. One too many (`most`: of its client) is told so and
   * closed before any request of it is read, and false is returned.
   */
  take(socket: Socket, most: number): boolean {
    const client = peerOf(socket).network;
    const open = this.#open.get(client) ?? 0;
    if (open >= most || this.#all >= this.#most) {
      refuse(socket);
      return false;
    }
    this.#all++;
    this.#open.set(client, open + 1);
    socket.once('close', () => this.#release(client));
    return true;
  }

  #release(client: string): void {
    this.#all--;
    const left = this.#open.get(client)! - 1;
    if (left > 0) this.#open.set(client, left);
    else this.#open.delete(client);
  }
}

/** At once: what waited for its client to read or to close would be one more open connection. */
function refuse(socket: Socket): void {
  socket.on('error', () => {});
  socket.write(rawProblem('too-many-connections'));
  socket.destroy();
}
