import type { Upstream as Config } from '../control/route-table.ts';
import type { ClientLimits } from '../limit/client-limits.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { Origin } from './origin.ts';
import { probe } from './probe.ts';

/** One instance with what is known of its health. */
export type Instance = {
  origin: Origin;
  /** For checks, which must not wait behind requests. */
  checks: Origin;
  /** Says the active check. */
  healthy: boolean;
  /** What the last check that failed said, e.g. 'GET /health/ready answers 404'. */
  unwell: string | null;
  /** Monotonic milliseconds until which it gets no requests, because of its own failures. */
  ejectedUntil: number;
  failuresInARow: number;
  ejections: number;
  probesInARow: number;
};

/** Runs something again and again; what it returns ends that. */
export type Every = (ms: number, run: () => Promise<void>) => () => void;

const EJECT_AFTER = 5;
const EJECT_MS = 5_000;
const LONGEST_EJECT_MS = 60_000;

/** The instances of a service or of the monolith: round-robin, health checks, ejection, circuit breaker. */
export class Upstream {
  readonly name: string;
  readonly config: Config;
  readonly instances: Instance[];
  readonly breaker: Breaker;
  readonly #now: () => number;
  readonly #stopChecks: () => void = () => {};
  #next = 0;

  /** `now` is monotonic milliseconds. */
  constructor(
    name: string,
    config: Config,
    limits: Required<ClientLimits>,
    now: () => number,
    every: Every,
    breaker: BreakerOptions = {},
  ) {
    this.name = name;
    this.config = config;
    this.#now = now;
    this.breaker = new Breaker(breaker);
    this.instances = config.instances.map((url) => ({
      origin: new Origin(url, limits),
      checks: new Origin(url, limits, 1),
      healthy: true,
      unwell: null,
      ejectedUntil: 0,
      failuresInARow: 0,
      ejections: 0,
      probesInARow: 0,
    }));
    if (config.health) this.#stopChecks = every(config.health.intervalMs, () => this.#probeAll());
  }

  /**
   * The next instance to ask, another than `not` if there is one. When none is healthy: null, or any if `desperate`
   * (there is no other side to answer, so trying costs nothing).
   */
  pick(not: Instance | null, desperate: boolean): Instance | null {
    const count = this.instances.length;
    if (count === 1 && not === null) {
      const only = this.instances[0] as Instance;
      return only.healthy || desperate ? only : null;
    }
    const now = this.#now();
    let last: Instance | null = null;
    for (let i = 0; i < count; i++) {
      this.#next = (this.#next + 1) % count;
      const instance = this.instances[this.#next] as Instance;
      const usable = instance.healthy && instance.ejectedUntil <= now;
      if (usable && instance !== not) return instance;
      if (usable || (last === null && (instance.healthy || desperate))) last = instance;
    }
    return last;
  }

  succeeded(instance: Instance): void {
    instance.failuresInARow = 0;
    this.breaker.succeeded();
  }

  /** The upstream as a whole failed a request: what another instance then answered does not count. */
  failed(instance: Instance): void {
    this.breaker.failed(this.#now());
    this.instanceFailed(instance);
  }

  /** One instance failed, and another one will be asked. */
  instanceFailed(instance: Instance): void {
    const now = this.#now();
    if (++instance.failuresInARow < EJECT_AFTER) return;
    // The last one left stays: no instance at all is worse than a bad one.
    if (!this.instances.some((other) => other !== instance && other.healthy && other.ejectedUntil <= now))
      return;
    instance.failuresInARow = 0;
    instance.ejectedUntil = now + Math.min(EJECT_MS * ++instance.ejections, LONGEST_EJECT_MS);
  }

  close(): void {
    this.#stopChecks();
    for (const { origin, checks } of this.instances) {
      origin.close();
      checks.close();
    }
  }

  destroy(): void {
    this.#stopChecks();
    for (const { origin, checks } of this.instances) {
      origin.destroy();
      checks.destroy();
    }
  }

  async #probeAll(): Promise<void> {
    await Promise.all(this.instances.map((instance) => this.#probe(instance)));
  }

  async #probe(instance: Instance): Promise<void> {
    const health = this.config.health;
    if (!health) return;
    const unwell = await probe(instance.checks, health.path, Math.max(250, health.intervalMs));
    const good = unwell === null;
    if (!good) instance.unwell = unwell;
    if (good === instance.healthy) {
      instance.probesInARow = 0;
      return;
    }
    const needed = good ? health.healthyAfter : health.unhealthyAfter;
    if (++instance.probesInARow < needed) return;
    instance.probesInARow = 0;
    instance.healthy = good;
    if (good) {
      instance.ejectedUntil = 0;
      instance.failuresInARow = 0;
    }
  }
}
