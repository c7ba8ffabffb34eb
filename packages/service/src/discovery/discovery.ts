import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';

/** One process of a service that can be called. */
export type Instance = {
  /** Unique among the instances of all services. */
  id: string;
  service: string;
  /** Its origin, e.g. http://10.0.0.7:4001. */
  url: string;
};

/** Where instances are written down: PostgreSQL, DNS or Consul. What is the same for all is in `createDiscovery`. */
export type Registry = {
  /** Makes an instance known for `leaseMs`, or prolongs that. Again with the same id is no error. */
  register(instance: Instance, leaseMs: number): Promise<void>;
  /** Prolongs a lease. False: the registry does not know the instance (any more); register it again. */
  renew(instance: Instance, leaseMs: number): Promise<boolean>;
  deregister(instance: Instance): Promise<void>;
  /**
   * Calls `seen` with the live instances of a service, first at once and then at every change, until `signal` is aborted.
   * Rejects when the registry cannot be asked.
   */
  follow(service: string, seen: (instances: Instance[]) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

export type Discovery = {
  register: Registry['register'];
  renew: Registry['renew'];
  deregister: Registry['deregister'];
  /**
   * The live instances of a service. The first question waits for the registry (2 s at most); then it is followed, and the
   * answer is what is known: the last known ones while the registry is away. Rejects if nothing was ever known.
   */
  resolve(service: string): Promise<readonly Instance[]>;
  /** Calls `onChange` with the live instances, now if they are known and at every change. Gives what ends it. */
  watch(service: string, onChange: (instances: readonly Instance[]) => void): () => void;
  /** That every registry question asked lately was answered. */
  reachable(): boolean;
  close(): Promise<void>;
};

/** How long the first question for a service waits, ms. */
const FIRST_MS = 2_000;
/** Pauses before a registry that is away is asked again, ms. */
const RETRY_MS = { first: 50, longest: 2_000 };

/** Discovery over a registry: follows each service that is asked for, once, and keeps what it last knew. */
export function createDiscovery(
  registry: Registry,
  { log, firstMs = FIRST_MS }: { log?: Pick<FastifyBaseLogger, 'warn' | 'info'>; firstMs?: number } = {},
): Discovery {
  const closed = new AbortController();
  const followed = new Map<string, Followed>();
  const loops: Promise<void>[] = [];

  const follow = (service: string): Followed => {
    const before = followed.get(service);
    if (before) return before;
    const entry: Followed = { instances: undefined, listeners: new Set(), failure: undefined };
    followed.set(service, entry);
    loops.push(keepFollowing(service, entry));
    return entry;
  };

  async function keepFollowing(service: string, entry: Followed): Promise<void> {
    let pauseMs = RETRY_MS.first;
    while (!closed.signal.aborted) {
      try {
        await registry.follow(
          service,
          (instances) => {
            if (entry.failure) log?.info({ target: service }, 'the registry answers again');
            entry.failure = undefined;
            pauseMs = RETRY_MS.first;
            publish(entry, instances);
          },
          closed.signal,
        );
      } catch (error) {
        if (closed.signal.aborted) return;
        if (!entry.failure) {
          log?.warn({ err: error, target: service }, 'the registry is away; its instances stay as they are');
        }
        entry.failure = { error };
      }
      // Jitter, so that not all services come back at the same moment.
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: closed.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest);
    }
  }

  const watch: Discovery['watch'] = (service, onChange) => {
    const entry = follow(service);
    entry.listeners.add(onChange);
    if (entry.instances) onChange(entry.instances);
    return () => entry.listeners.delete(onChange);
  };

  return {
    register: (instance, leaseMs) => registry.register(checkInstance(instance), leaseMs),
    renew: (instance, leaseMs) => registry.renew(instance, leaseMs),
    deregister: (instance) => registry.deregister(instance),
    watch,
    reachable: () => [...followed.values()].every(({ failure }) => failure === undefined),
    async resolve(service) {
      const entry = follow(service);
      return entry.instances ?? (await firstOf(service, entry, watch, firstMs));
    },
    async close() {
      closed.abort();
      await Promise.all(loops);
      await registry.close();
    },
  };
}

type Followed = {
  /** Undefined until the registry has answered once. */
  instances: readonly Instance[] | undefined;
  listeners: Set<(instances: readonly Instance[]) => void>;
  failure: { error: unknown } | undefined;
};

function publish(entry: Followed, instances: Instance[]): void {
  const sorted = instances.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (entry.instances && JSON.stringify(entry.instances) === JSON.stringify(sorted)) return;
  entry.instances = sorted;
  for (const listener of entry.listeners) listener(sorted);
}

function firstOf(
  service: string,
  entry: Followed,
  watch: Discovery['watch'],
  firstMs: number,
): Promise<readonly Instance[]> {
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const late = setTimeout(() => {
      stop();
      const cause = entry.failure?.error;
      reject(new Error(`the registry did not say within ${firstMs} ms where ${service} is`, { cause }));
    }, firstMs);
    stop = watch(service, (instances) => {
      clearTimeout(late);
      // `watch` may call at once, before it has given what ends it.
      queueMicrotask(() => stop());
      resolve(instances);
    });
  });
}

/** What is registered here is called by others. */
function checkInstance(instance: Instance): Instance {
  const { protocol, origin } = new URL(instance.url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${origin} is no HTTP origin`);
  return { ...instance, url: origin };
}
