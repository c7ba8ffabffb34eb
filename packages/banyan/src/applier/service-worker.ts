import {
  abortFence,
  fenceState,
  nextThrottle,
  type Throttle,
  throttleReason,
  UNTHROTTLED,
  type UserLatency,
} from '@banyan/gateway';
import {
  type LinkedService,
  type ResolvedPlan,
  type ResolvedService,
  tablesFromMonolith,
} from '@banyan/plan';
import { openLink, type Readers, repair, type TableVerdict, verify } from '@banyan/replication';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { LinkStatus } from '../control/control.ts';
import * as verifications from '../control/store/verifications.ts';
import { linksWanted, type ServiceState } from '../rollout/state.ts';
import { Backfills } from './backfills.ts';
import { factsHooks } from './begin-streams.ts';
import type { LinksOfStep, Step } from './drain.ts';
import { Draining } from './draining.ts';
import { type LoadedFacts, loadFacts } from './facts.ts';
import { type Direction, describeLink, type Removal } from './link-status.ts';
import { type Pace, paceOf } from './pace.ts';
import { type CopyPace, LinkRunner } from './runner.ts';
import { ToldShare } from './told-share.ts';
import { Verifier, type VerifyHooks } from './verifier.ts';

/** A verification, which never ends, leaves the databases alone five sixths of the time. */
const VERIFY_REST = 5;
/** Telling consumers which rows there are does it half of the time. */
const BACKFILL_REST = 1;
/** While users wait; consumers wait longer then. */
const LEAST_OF_BACKFILL = 0.1;
/** How long a comparison waits for links that are behind, ms; nobody waits for it. */
const APPLIED_MS = 120_000;

/** Links and verification of one service. What is desired is carried out one after another, the newest wins. */
export class ServiceWorker {
  readonly service: LinkedService;
  private readonly plan: ResolvedPlan;
  private readonly pool: pg.Pool;
  private readonly readers: Readers;
  private readonly log: Logger;
  private readonly runners = new Map<Direction, LinkRunner>();
  private readonly verifier: Verifier;
  private readonly draining: Draining;
  private readonly backfills: Backfills;
  private readonly told: ToldShare;
  private throttle: Throttle = UNTHROTTLED;
  private share: number | null = null;
  private desired: { forward: boolean; reverse: boolean } | null = null;
  /** Nothing is verified any more, and of the tables only those go on that the monolith feeds. */
  private retired = false;
  private busy: Promise<void> | null = null;

  constructor(options: {
    plan: ResolvedPlan;
    service: LinkedService;
    pool: pg.Pool;
    readers: Readers;
    log: Logger;
  }) {
    const { plan, service, pool, readers, log } = options;
    this.plan = plan;
    this.service = service;
    this.pool = pool;
    this.readers = readers;
    this.log = log;
    this.draining = new Draining({ service, pool, log });
    this.told = new ToldShare(service, log);
    this.backfills = new Backfills({
      service,
      log,
      // It has its rows for good once it has retired, and otherwise when the copy is passed.
      ready: () => this.retired || this.runners.get('forward')?.state === 'streaming',
      paceOf: (signal) => this.backfillPace(signal),
    });
    this.verifier = new Verifier({
      service,
      pool,
      log,
      maxAgeSeconds: service.rollout.maxVerificationAgeSeconds,
      ready: () => [...this.runners.values()].every((runner) => runner.state === 'streaming'),
      verifyTable: (mapping, hooks) => this.verifyTable(mapping, hooks),
      repairRows: (mapping, keys) => this.repairRows(mapping, keys),
      missed: () => this.missed(),
    });
  }

  reconcile(state: ServiceState): void {
    // Later it changes by fences alone: the row may be read before or after one that is being decided.
    if (this.share === null) this.told.tell(state.share);
    this.share ??= state.share;
    this.retired = state.stage === 'retired' && !state.draining;
    this.desired = linksWanted(state, tablesFromMonolith(this.service.tables).length > 0);
    this.busy ??= this.applyDesired(state).finally(() => {
      this.busy = null;
    });
  }

  /** Its links as a step takes them. Rejects when they do not stream, or its database could not be told its share before. */
  async forStep({ fromShare, toShare, timeoutMs }: Step): Promise<LinksOfStep> {
    const [from, to] =
      toShare > fromShare ? (['forward', 'reverse'] as const) : (['reverse', 'forward'] as const);
    const [loser, winner] = [this.running(from).link, this.running(to).link];
    // What the service writes by itself ends before the monolith writes again.
    const locked = from === 'reverse' ? await this.told.withholding(timeoutMs) : undefined;
    return { loser, winner, ...(locked && { locked }) };
  }

  /** Nothing is judged by either share before the row says which is true; past the deadline anyone may abort. */
  async releaseWhenDecided(fence: { id: string; fromShare: number; toShare: number }): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        let { state, late } = await fenceState(this.pool, fence.id);
        if (state === 'holding' && late) state = await abortFence(this.pool, fence.id);
        if (state !== 'holding') {
          this.release(state === 'committed' ? fence.toShare : fence.fromShare);
          return;
        }
      } catch (error) {
        this.log.warn({ err: error, fence: fence.id }, 'cannot learn how the fence ended, holding on');
      }
      await new Promise((resolve) => setTimeout(resolve, tries < 300 ? 5 : 200));
    }
  }

  release(share: number): void {
    this.share = share;
    this.told.tell(share);
    for (const runner of this.runners.values()) runner.link.release(share);
  }

  running(direction: Direction): LinkRunner {
    const runner = this.runners.get(direction);
    if (runner?.state !== 'streaming') {
      throw new Error(`${this.service.name}.${direction} is not streaming (${runner?.state ?? 'off'})`);
    }
    return runner;
  }

  status(): Array<LinkStatus & { service: string }> {
    return (['forward', 'reverse'] as const).map((direction) =>
      describeLink(this.service.name, direction, this.runners.get(direction), {
        resting: direction === 'forward' ? this.resting() : null,
        removal: this.removals.get(direction) ?? null,
        now: Date.now(),
      }),
    );
  }

  /** What of it takes the databases' time and could wait. */
  get work(): 'copy' | 'verification' | 'backfill' | null {
    if (this.runners.get('forward')?.state === 'copying') return 'copy';
    if (this.verifier.busy) return 'verification';
    return this.backfills.telling === null ? null : 'backfill';
  }

  seeUsers(look: { wait: UserLatency | null; working: boolean; now: number }): void {
    this.throttle = nextThrottle(this.throttle, look, this.service.rollout.restAboveRatio);
  }

  private resting(): string | null {
    const why = this.work && throttleReason(this.throttle);
    const notes = [...(why ? [`${this.work} rests: ${why}`] : []), this.backfills.telling ?? []].flat();
    return notes.length === 0 ? null : notes.join('; ');
  }

  private copyPace(): CopyPace {
    const { copyRowsPerSecond: rowsPerSecond, leastRowsPerSecond } = this.service.rollout;
    return { rowsPerSecond, leastRowsPerSecond, usersWait: this.usersWait };
  }

  private backfillPace(signal: AbortSignal): Pace {
    const { backfillRowsPerSecond: rowsPerSecond } = this.service.rollout;
    const leastRowsPerSecond = rowsPerSecond * LEAST_OF_BACKFILL;
    return paceOf({
      rowsPerSecond,
      leastRowsPerSecond,
      rest: BACKFILL_REST,
      usersWait: this.usersWait,
      signal,
    });
  }

  private readonly usersWait = () => this.throttle.throttled;

  async stop(): Promise<void> {
    this.desired = null;
    await this.busy;
    await this.verifier.stop();
    await this.backfills.stop();
    await this.told.stop();
    await Promise.all([...this.runners.values()].map((runner) => runner.stop()));
  }

  private async applyDesired(state: ServiceState): Promise<void> {
    // The rows will not be kept up to date.
    if (state.stage === 'monolith') await this.backfills.stop();
    for (const direction of ['forward', 'reverse'] as const) {
      if (!this.desired) return;
      const wanted = this.desired[direction];
      const runner = this.runners.get(direction);
      try {
        if (wanted && runner && runner.link.config.tables.length !== this.tables().length) {
          this.runners.delete(direction);
          await runner.stop();
          await this.startLink(direction);
        }
        if (wanted && !runner) await this.startLink(direction);
        if (!wanted) await this.dropLink(direction, runner);
      } catch (error) {
        if (this.removals.has(direction))
          this.removals.set(direction, { error: `it cannot be removed: ${(error as Error).message}` });
        this.log.error(
          { err: error, link: `${this.service.name}.${direction}` },
          'link could not be changed',
        );
      }
    }
    if (this.runners.get('forward') && !this.retired) this.verifier.start();
    else await this.verifier.stop();
    if (state.stage !== 'monolith') this.backfills.start();
    if (state.draining)
      await this.draining.look(state, {
        forward: this.runners.get('forward'),
        reverse: this.runners.get('reverse'),
      });
  }

  private async startLink(direction: Direction): Promise<void> {
    const facts = direction === 'forward' ? await loadFacts(this.service) : undefined;
    const link = this.open(direction, facts);
    this.removals.delete(direction);
    this.runners.set(
      direction,
      new LinkRunner({
        name: `${this.service.name}.${direction}`,
        link,
        copies: direction === 'forward',
        pace: this.copyPace(),
        missed: {
          noticed: () => verifications.clearVerdicts(this.pool, this.service.name),
          accepted: () => verifications.isRepairQueued(this.pool, this.service.name),
        },
        log: this.log,
        ...(facts && factsHooks(facts, link, { beginStreams: this.service.beginStreams })),
      }),
    );
  }

  /** Also for a link that an earlier life of this process left behind: dropping nothing is no error. */
  private async dropLink(direction: Direction, runner: LinkRunner | undefined): Promise<void> {
    if (this.dropped.has(direction) && !runner) return;
    this.removals.set(direction, { error: null });
    if (runner) {
      this.runners.delete(direction);
      if (direction === 'forward') await this.verifier.stop();
      await runner.drop();
    } else {
      await this.open(direction).drop();
    }
    if (direction === 'forward') await verifications.clearVerdicts(this.pool, this.service.name);
    this.removals.delete(direction);
    this.dropped.add(direction);
  }

  private readonly dropped = new Set<Direction>();
  /** Of links that no stage wants any more, and that are still to be removed. */
  private readonly removals = new Map<Direction, Removal>();

  private open(direction: Direction, facts?: LoadedFacts) {
    this.dropped.delete(direction);
    const { service, plan } = this;
    const forward = direction === 'forward';
    return openLink(
      {
        service: service.name,
        direction,
        source: forward ? plan.monolith.database : service.database,
        target: forward ? service.database : plan.monolith.database,
        tables: this.tables(),
        salt: service.salt,
        share: this.share ?? 0,
      },
      { readers: this.readers, ...(facts && { observer: facts.observer }) },
    );
  }

  private tables(): ResolvedService['tables'] {
    return this.retired ? tablesFromMonolith(this.service.tables) : this.service.tables;
  }

  private async verifyTable(
    mapping: ResolvedService['tables'][number],
    hooks: VerifyHooks,
  ): Promise<TableVerdict> {
    const { onRows, ...pace } = paceOf({
      rowsPerSecond: this.service.rollout.verifyRowsPerSecond,
      rest: VERIFY_REST,
      leastRowsPerSecond: this.service.rollout.leastRowsPerSecond,
      usersWait: this.usersWait,
      signal: hooks.signal,
    });
    return await verify({
      legacy: this.plan.monolith.database,
      service: this.service.database,
      mapping,
      tables: this.service.tables,
      salt: this.service.salt,
      share: this.share ?? 0,
      allowEmpty: mapping.mayBeEmpty ?? false,
      ...pace,
      signal: hooks.signal,
      ...(hooks.onDiffering && { onDiffering: hooks.onDiffering }),
      onProgress: ({ rows }: { rows: number }) => {
        onRows(rows);
        hooks.onRows(rows);
      },
      waitApplied: async () => await this.waitApplied(hooks.signal),
    });
  }

  /** Until both links have passed what was written before, or the comparison is ended: a stop waits for nobody. */
  private async waitApplied(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    const { promise: ended, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
    try {
      const links = [...this.runners.values()].map(({ link }) => link);
      await Promise.race([Promise.all(links.map((link) => link.barrier({ timeoutMs: APPLIED_MS }))), ended]);
    } finally {
      over.abort();
    }
  }

  private async repairRows(
    mapping: ResolvedService['tables'][number],
    keys: Record<string, string | null>[],
  ): Promise<number> {
    return await repair({
      legacy: this.plan.monolith.database,
      service: this.service.database,
      serviceName: this.service.name,
      mapping,
      salt: this.service.salt,
      share: this.share ?? 0,
      keys,
    });
  }

  /** Resolves with what tells the links that miss changes by now that rows were verified and repaired since. */
  private async missed(): Promise<() => Promise<void>> {
    const links = [...this.runners.values()].map(({ link }) => link);
    const missed = await Promise.all(links.map(async (link) => ({ link, since: await link.missed() })));
    return async () => {
      for (const { link, since } of missed) if (since !== null) await link.markRepaired(since);
    };
  }
}
