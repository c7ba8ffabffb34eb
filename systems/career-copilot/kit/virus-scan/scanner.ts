import type { Readable } from 'node:stream';
import { clamd } from './clamd.ts';

export type Verdict = { infected: false } | { infected: true; signature: string };

/** Looks into files for harm. */
export type Scanner = {
  /** Throws when it cannot say. */
  scan(body: Readable, signal: AbortSignal): Promise<Verdict>;
};

/** `off`: undefined, and nothing is looked into. `clamd://<host>:<port>`: ClamAV's daemon. Throws on any other. */
export function scannerAt(url: string): Scanner | undefined {
  if (url === 'off') return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'clamd:')
    throw new TypeError(`A scanner is at clamd://<host>:<port>, or off; not ${protocol}`);
  return clamd({ host: hostname, port: Number(port || 3310) });
}
