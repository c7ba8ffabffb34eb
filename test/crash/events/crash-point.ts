import type { Bus, Envelope } from '@banyan/events/machinery';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';

/** The end of one life: at its nth effect, before it or after it. From then on nothing has an effect any more. */
export class CrashPoint {
  readonly died: Promise<void>;
  dead = false;
  #effects = 0;
  readonly #at: number;
  readonly #after: boolean;
  readonly #clients = new Set<pg.PoolClient>();
  readonly #resolve: () => void;

  constructor(at: number, after: boolean) {
    this.#at = at;
    this.#after = after;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.died = promise;
    this.#resolve = resolve;
  }

  async effect<T>(run: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Dead();
    const mine = ++this.#effects === this.#at;
    if (mine && !this.#after) this.die();
    if (this.dead) throw new Dead();
    const result = await run();
    if (mine) this.die();
    if (this.dead) throw new Dead();
    return result;
  }

  /** As a killed process does: its connections break, the server rolls back what was open. */
  die(): void {
    this.dead = true;
    for (const client of this.#clients) connectionOf(client).stream.destroy();
    this.#resolve();
  }

  /** A pool whose statements are effects of this life. */
  pool(pool: Db): Db {
    return new Proxy(pool, {
      get: (target, name) => {
        if (name === 'query') return (...args: unknown[]) => this.effect(() => call(target, 'query', args));
        if (name === 'connect') return async () => this.#breakable(await target.connect());
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  /** A bus to which a life that ends in the midst of publishing brings half. */
  bus(publish: Bus['publish']): Pick<Bus, 'publish'> {
    return {
      publish: async (messages: readonly Envelope[]) => {
        const half = Math.ceil(messages.length / 2);
        await this.effect(() => publish(messages.slice(0, half)));
        await this.effect(() => publish(messages.slice(half)));
      },
    };
  }

  #breakable(client: pg.PoolClient): pg.PoolClient {
    this.#clients.add(client);
    return new Proxy(client, {
      get: (target, name) => {
        if (name === 'query') return (...args: unknown[]) => this.effect(() => call(target, 'query', args));
        if (name === 'release') {
          return (error?: Error) => {
            this.#clients.delete(client);
            target.release(error ?? this.dead);
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

class Dead extends Error {
  constructor() {
    super('this process is dead');
  }
}

function connectionOf(client: pg.PoolClient): { stream: { destroy(): void } } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
}

function call<T>(target: object, name: string, args: unknown[]): Promise<T> {
  return (target as Record<string, (...args: unknown[]) => Promise<T>>)[name]!(...args);
}
