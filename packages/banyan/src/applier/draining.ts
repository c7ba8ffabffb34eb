import type { LinkedService } from '@banyan/plan';
import { formatLsn, type Lsn } from '@banyan/postgres';
import type pg from 'pg';
import type { Logger } from 'pino';
import * as store from '../control/store/store.ts';
import type { ServiceState } from '../rollout/state.ts';
import { drainRetired } from './drain-retired.ts';
import type { LinkRunner } from './runner.ts';

/** So many times the limit of a fence may a link bring nothing before a service that is back at the monolith goes without it. */
const PATIENCE = 30;

/**
 * Brings the links of a service to where they may be dropped, before they are. Of one that has retired: all that either side had
 * committed is on the other. Of one that is back at the monolith: facts of all that the monolith had committed are in the
 * service's outbox, which the service's own relay goes on to publish.
 */
export class Draining {
  readonly #service: LinkedService;
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  /** How far the drain has come, and since when it has come no further. */
  #stood: { applied: Lsn; since: number } | undefined;

  constructor(options: { service: LinkedService; pool: pg.Pool; log: Logger }) {
    this.#service = options.service;
    this.#pool = options.pool;
    this.#log = options.log;
  }

  /** Tried again at the next look if it fails: until it is done the links go on. */
  async look(
    state: Pick<ServiceState, 'stage' | 'evidenceVersion'>,
    { forward, reverse }: { forward: LinkRunner | undefined; reverse: LinkRunner | undefined },
  ): Promise<void> {
    const { name: service } = this.#service;
    try {
      if (state.stage === 'retired') await this.#retired(state.evidenceVersion, forward, reverse);
      else await this.#back(forward);
    } catch (error) {
      this.#log.warn({ err: error, service }, 'the links of a service are not drained');
    }
  }

  async #retired(
    version: number,
    forward: LinkRunner | undefined,
    reverse: LinkRunner | undefined,
  ): Promise<void> {
    if (forward?.state !== 'streaming' || reverse?.state !== 'streaming') return;
    const links = { forward: forward.link, reverse: reverse.link };
    const timeoutMs = this.#service.rollout.fenceLimitMs;
    if (await drainRetired({ pool: this.#pool, version, ...links, timeoutMs })) await this.#done();
  }

  /** No key changes side by it, so there is nobody to keep from writing: what is committed from now on is not told for certain. */
  async #back(forward: LinkRunner | undefined): Promise<void> {
    let applied: Lsn | undefined;
    try {
      if (!forward) throw new Error('the link does not run');
      const standing = await forward.link.standing();
      // Nothing is told before the copy is done.
      if (!standing?.pastCopy) return await this.#done();
      applied = standing.applied;
      await forward.link.barrier({ timeoutMs: this.#service.rollout.fenceLimitMs });
      await this.#done();
    } catch (error) {
      await this.#unlessStuck(applied, forward?.trouble.current?.error ?? (error as Error).message);
    }
  }

  /** A backlog takes its time. A source that is away must not keep the service from ever leaving the monolith again. */
  async #unlessStuck(applied: Lsn | undefined, why: string): Promise<void> {
    const now = performance.now();
    const further = this.#stood && applied !== undefined && applied > this.#stood.applied;
    if (!this.#stood || further) this.#stood = { applied: applied ?? 0n, since: now };
    const { name: service, rollout, tables } = this.#service;
    if (now - this.#stood.since < rollout.fenceLimitMs * PATIENCE) return;
    const { applied: last } = this.#stood;
    const names = tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`).join(', ');
    const missing =
      `the forward link was dropped before it had brought all (${why}): facts of what the monolith did with ${names} ` +
      `after position ${last === 0n ? 'unknown' : formatLsn(last)} of its log may be missing`;
    this.#log.error({ service, missing }, 'the way back did not wait for facts any longer');
    await store.giveUpDraining(this.#pool, service, missing);
    await this.#announce();
  }

  async #done(): Promise<void> {
    await store.endDraining(this.#pool, this.#service.name);
    await this.#announce();
  }

  async #announce(): Promise<void> {
    this.#stood = undefined;
    await store.announce(this.#pool);
  }
}
