import { clamd } from './clamd.ts';
import type { Scanner } from './scanner.ts';

/** `off`: undefined, and nothing is looked into. `clamd://<host>:<port>`: ClamAV's daemon. Throws on any other. */
export function scannerAt(url: string): Scanner | undefined {
  if (url === 'off') return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'clamd:')
    throw new TypeError(`A scanner is at clamd://<host>:<port>, or off; not ${protocol}`);
  return clamd({ host: hostname, port: Number(port || 3310) });
}
