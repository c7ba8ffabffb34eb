import { EventsError } from '../errors.ts';
import type { Bus } from './bus.ts';
import type { EventBridgeBusOptions } from './eventbridge/eventbridge.ts';
import type { KafkaBusOptions } from './kafka/kafka.ts';

/**
 * The bus at a URL, its adapter chosen by the scheme. Throws `BUS_URL`, or what its adapter throws.
 *
 * - `postgres://user:password@host/database`
 * - `kafka://host:9092,other:9092/prefix?partitions=12&replicas=3`; `kafka+ssl://user:password@host:9093` for TLS and
 *   SCRAM-SHA-512
 * - `eventbridge://region/name`, with credentials as the AWS SDK finds them
 */
export async function openBus(url: string, options: { onError?(error: Error): void } = {}): Promise<Bus> {
  const scheme = /^([a-z+]+):/.exec(url)?.[1];
  // Imported when asked for: the clients of the other two are large.
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return await (await import('./postgres/postgres.ts')).openPostgresBus({ url, ...options });
    case 'kafka':
    case 'kafka+ssl':
      return await (await import('./kafka/kafka.ts')).openKafkaBus({ ...kafkaOptions(url), ...options });
    case 'eventbridge': {
      const { openEventBridgeBus } = await import('./eventbridge/eventbridge.ts');
      return await openEventBridgeBus({ ...eventBridgeOptions(url), ...options });
    }
    default:
      throw new EventsError('BUS_URL', { scheme: scheme ?? 'none' });
  }
}

export function kafkaOptions(url: string): KafkaBusOptions {
  const parts = /^kafka(\+ssl)?:\/\/(?:([^:@/]+):([^@/]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (!parts) throw new EventsError('BUS_URL', { scheme: 'kafka' });
  const [, ssl, user, password, hosts, prefix, query] = parts;
  const asked = new URLSearchParams(query);
  const number = (name: string) => {
    const value = Number(asked.get(name));
    return Number.isInteger(value) && value > 0 ? { [name]: value } : {};
  };
  const sasl = user && {
    mechanism: 'SCRAM-SHA-512' as const,
    username: decodeURIComponent(user),
    password: decodeURIComponent(password ?? ''),
  };
  return {
    brokers: hosts!.split(','),
    ...(prefix && { prefix: decodeURIComponent(prefix) }),
    ...number('partitions'),
    ...number('replicas'),
    ...(ssl && { tls: {} }),
    ...(sasl && { sasl }),
  };
}

export function eventBridgeOptions(url: string): EventBridgeBusOptions {
  const { hostname, pathname, searchParams } = new URL(url);
  const name = pathname.slice(1);
  const endpoint = searchParams.get('endpoint');
  return {
    ...(hostname && { region: hostname }),
    ...(name && { name: decodeURIComponent(name) }),
    ...(endpoint && { endpoint }),
  };
}
