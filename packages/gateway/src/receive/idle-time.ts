import type { ServerResponse } from 'node:http';

/** How long a client's connection may be silent between two requests. Clients are told a second less. */
export const IDLE_MS = 66_000;
const HINT = `timeout=${IDLE_MS / 1_000 - 1}`;

/** Adds to an answer's headers how long its connection stays open after it, so that its client does not use it any later. */
export function tellIdleTime(res: ServerResponse, headers: string[]): void {
  if (res.shouldKeepAlive && res.req.httpVersionMinor === 1) headers.push('keep-alive', HINT);
}
