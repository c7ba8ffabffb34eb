import { Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance, Registry } from './discovery.ts';

export type DnsOptions = {
  /** Follows a service's name, e.g. `default.svc.cluster.local` for `users.default.svc.cluster.local`. */
  domain: string;
  /** Name of the port in SRV records, as in `_http._tcp.users.…`. Default `http`. */
  portName?: string;
  /** For addresses without SRV records. Without it only SRV records count. */
  port?: number;
  /** Name servers as `address:port`. Default: the system's. */
  servers?: readonly string[];
  /** Asked so often, ms: DNS tells nobody of changes. Default 2,000. */
  everyMs?: number;
};

/** One question, ms, and how often it is asked. */
const QUESTION = { timeout: 1_000, tries: 2 };

/**
 * Discovery by DNS, as Kubernetes does it for a headless service: SRV records with port, or A and AAAA records with a port
 * that is known. Kubernetes writes them down itself, of pods that are ready, so registering does nothing here.
 */
export function dnsRegistry({
  domain,
  portName = 'http',
  port,
  servers,
  everyMs = 2_000,
}: DnsOptions): Registry {
  return {
    register: async () => {},
    renew: async () => true,
    deregister: async () => {},
    async follow(service, seen, signal) {
      const resolver = new Resolver(QUESTION);
      if (servers) resolver.setServers(servers);
      const cancel = () => resolver.cancel();
      signal.addEventListener('abort', cancel);
      try {
        while (!signal.aborted) {
          const name = `${service}.${domain}`;
          const found = await bySrv(resolver, `_${portName}._tcp.${name}`);
          const hosts =
            found.length > 0 || port === undefined ? found : await byAddress(resolver, name, port);
          if (signal.aborted) return;
          seen(hosts.map((host): Instance => ({ id: `${service}@${host}`, service, url: `http://${host}` })));
          await delay(everyMs, undefined, { signal }).catch(() => {});
        }
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    close: async () => {},
  };
}

/** Only the best priority counts. Weights are left aside: what we call goes round. */
async function bySrv(resolver: Resolver, name: string): Promise<string[]> {
  const records = await found(resolver.resolveSrv(name));
  const best = Math.min(...records.map(({ priority }) => priority));
  const targets = records.filter(({ priority }) => priority === best);
  const hosts = await Promise.all(targets.map(({ name: target, port }) => byAddress(resolver, target, port)));
  return [...new Set(hosts.flat())];
}

async function byAddress(resolver: Resolver, name: string, port: number): Promise<string[]> {
  const [four, six] = await Promise.all([found(resolver.resolve4(name)), found(resolver.resolve6(name))]);
  return [...four.map((address) => `${address}:${port}`), ...six.map((address) => `[${address}]:${port}`)];
}

/** No such name, or none of that kind: nobody is there. Anything else means that DNS is away. */
async function found<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}
