import { EventsError } from '../errors.ts';
import type { Bus } from './bus.ts';
import { openPostgresBus } from './postgres/postgres.ts';

/** The bus at a URL, its adapter chosen by the scheme. Throws `BUS_URL`, or what its adapter throws. */
export async function openBus(url: string, options: { onError?(error: Error): void } = {}): Promise<Bus> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return await openPostgresBus({ url, ...options });
    default:
      throw new EventsError('BUS_URL', { scheme: scheme ?? 'none' });
  }
}
