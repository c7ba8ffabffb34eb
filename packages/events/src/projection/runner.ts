import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, withTransaction } from '@banyan/postgres';
import { inSpan } from '@banyan/service';
import type pg from 'pg';
import type { CommitNotifier } from '../store/notifier.ts';
import type { EventStore } from '../store/store.ts';
import type { RecordedEvent } from '../store/types.ts';
import { type Build, CHANNEL, findBuild, goLive } from './builds.ts';
import type { Projection } from './define.ts';
import { skippedBy } from './skip.ts';

/** `running` here, `standby` while another process runs it, `failed` and stopped, `gone`: replaced by another build. */
export type Role = 'starting' | 'standby' | 'running' | 'failed' | 'gone' | 'stopped';

export type RunnerContext = {
  store: EventStore;
  notifier: CommitNotifier;
  connect(): Promise<pg.ClientBase & { end(): Promise<void> }>;
  onError(error: Error, facts: { projection: string; build: number; position: number; final: boolean }): void;
};

/**
 * Runs one build of a projection: brings it to where the store is, makes it live, and follows. Of several processes one
 * runs and the others wait for its lock, which its connection holds; that each event has its effect once does not
 * depend on the lock but on the position, which moves in the transaction of the effect and only from where it was.
 */
export class Runner {
  role: Role = 'starting';
  /** The last error, also one that is being retried. */
  error: Error | undefined;
  readonly projection: Projection;
  readonly #context: RunnerContext;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  readonly #live = Promise.withResolvers<void>();
  #build: Build;
  #limit: number;
  #skipped: readonly number[] = [];
  /** Where batches may be large again, after one that failed. */
  #narrowUntil = 0;

  constructor(context: RunnerContext, projection: Projection, build: Build) {
    this.#context = context;
    this.projection = projection;
    this.#build = build;
    this.#limit = batchOf(projection);
    this.#live.promise.catch(() => {});
    if (build.state === 'live') this.#live.resolve();
    this.#running = this.#run();
  }

  get build(): number {
    return this.#build.build;
  }

  /** Resolves once its views are the ones that are read; rejects if it fails or is replaced before. */
  async whenLive(): Promise<void> {
    await this.#live.promise;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const ended = await this.#session(() => {
          attempt = 0;
        });
        if (ended) break;
      } catch (error) {
        if (signal.aborted) break;
        this.error = error as Error;
        if (error instanceof ApplyError) {
          await this.#recordFailure(error);
          this.role = 'failed';
          break;
        }
        this.#report(this.error, false);
        this.role = 'starting';
        await delay(Math.min(5_000, 50 * 2 ** attempt), undefined, { signal }).catch(() => {});
      }
    }
    if (this.role !== 'failed' && this.role !== 'gone') this.role = 'stopped';
    this.#live.reject(this.error ?? new Error(`projection ${this.projection.name} is ${this.role}`));
  }

  /** With one connection, from its lock to its end. True if there is nothing left to do. */
  async #session(onProgress: () => void): Promise<boolean> {
    const client = await this.#context.connect();
    const { signal } = this.#abort;
    const { promise: aborted, resolve: leave } = Promise.withResolvers<void>();
    const onAbort = () => leave();
    signal.addEventListener('abort', onAbort);
    try {
      if (signal.aborted) return true;
      this.role = 'standby';
      await Promise.race([this.#lock(client), aborted]);
      if (signal.aborted) return true;
      this.role = 'running';
      return await this.#follow(client, onProgress);
    } finally {
      signal.removeEventListener('abort', onAbort);
      await client.end().catch(() => {});
    }
  }

  async #lock(client: pg.ClientBase): Promise<void> {
    const { name, build } = this.#build;
    // Derived data: what a crash of the server takes back, it takes back with the position.
    await client.query('SET synchronous_commit = off');
    // So that a process that was killed lets go of the lock also while it waits for it.
    await client.query("SET client_connection_check_interval = '1s'").catch(() => {});
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [
      `banyan projection ${name} ${build}`,
    ]);
  }

  async #follow(client: pg.ClientBase, onProgress: () => void): Promise<boolean> {
    const { store, notifier } = this.#context;
    const { signal } = this.#abort;
    const found = await findBuild(client, this.#build);
    if (!found) return this.#gone();
    this.#build = found;
    this.#skipped = await skippedBy(client, this.projection);
    // It may have gone live with the answer to its COMMIT lost.
    if (found.state === 'live') this.#live.resolve();
    store.settledPosition.learn(found.position);
    let pause = SHORTEST_PAUSE_MS;
    while (!signal.aborted) {
      const seen = notifier.count;
      const { settled, complete } = await store.settledPosition.advance();
      if (settled > this.#build.position) {
        if (!(await this.#process(client, settled))) return this.#gone();
        onProgress();
        pause = SHORTEST_PAUSE_MS;
      }
      if (signal.aborted) break;
      if (this.#build.state === 'building' && !(await this.#tryGoLive(client, settled))) return this.#gone();
      if (this.#build.mode === 'inline' && this.#build.state === 'live') return true;
      if (!complete) {
        await notifier.changed(seen, { timeoutMs: pause, signal });
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      } else if (this.#build.state === 'live') {
        await notifier.changed(seen, { timeoutMs: notifier.live ? LOOK_AGAIN_MS : ASK_MS, signal });
        // Nobody says so when another build has taken its place.
        if (notifier.count === seen && !(await findBuild(client, this.#build))) return this.#gone();
      }
    }
    return true;
  }

  /** Everything up to `upTo`, reading the next batch while one is applied. False if the build is gone. */
  async #process(client: pg.ClientBase, upTo: number): Promise<boolean> {
    let ahead: Promise<Batch> | undefined;
    try {
      while (this.#build.position < upTo && !this.#abort.signal.aborted) {
        const next = await ahead;
        // Read ahead of a batch that did not move the position: of no use.
        const batch =
          next?.from === this.#build.position ? next : await this.#read(this.#build.position, upTo);
        ahead = batch.to < upTo ? this.#read(batch.to, upTo) : undefined;
        ahead?.catch(() => {});
        try {
          if (!(await this.#commit(client, batch))) return false;
        } catch (error) {
          if (isTransient(error)) throw error;
          await ahead?.catch(() => {});
          ahead = undefined;
          this.#narrow(batch, error as Error);
        }
        if (this.#build.position >= this.#narrowUntil) this.#limit = batchOf(this.projection);
      }
    } finally {
      await ahead?.catch(() => {});
    }
    this.error = undefined;
    return true;
  }

  async #read(after: number, upTo: number, tx?: pg.ClientBase): Promise<Batch> {
    const { applySql, types } = this.projection;
    if (applySql) {
      // A statement takes a range, so one ends before what is skipped, and the next begins behind it.
      const next = this.#skipped.find((position) => position > after) ?? Number.POSITIVE_INFINITY;
      if (next === after + 1) return { from: after, to: next, events: [], skipped: true };
      return { from: after, to: Math.min(upTo, after + this.#limit, next - 1), events: [] };
    }
    const events = await this.#context.store.readSettled({ after, upTo, limit: this.#limit, types, tx });
    const to = events.length < this.#limit ? upTo : events.at(-1)!.position;
    return { from: after, to, events: events.filter(({ position }) => !this.#skipped.includes(position)) };
  }

  /** Effect and position together. False if the build is gone. */
  async #commit(client: pg.ClientBase, { from, to, events, skipped }: Batch): Promise<boolean> {
    const { projection } = this;
    const { name, build, tables, state } = this.#build;
    const moved = await inSpan('project', { attributes: { 'banyan.projection': name } }, async () =>
      withTransaction(client as pg.PoolClient, async (tx) => {
        // Locks the row, so that of two runners one waits and then finds the position moved.
        const { rowCount } = await tx.query(MOVE, [name, build, from, to, state === 'live']);
        if (rowCount === 0) return false;
        if (skipped) return true;
        if (projection.applySql) await tx.query(projection.applySql(tables), [from, to]);
        else if (events.length > 0) await projection.apply(events, tx, tables);
        return true;
      }),
    );
    if (moved) this.#build.position = to;
    return moved || (await this.#reload(client));
  }

  async #reload(client: pg.ClientBase): Promise<boolean> {
    const found = await findBuild(client, this.#build);
    if (found) this.#build = found;
    return found !== undefined;
  }

  /** After a failure: half as many at once, until it is clear which event cannot be applied. */
  #narrow({ from, to }: Batch, error: Error): void {
    if (this.#limit === 1) throw new ApplyError(to, error);
    this.error = error;
    this.#narrowUntil = Math.max(this.#narrowUntil, to);
    this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, to - from) / 2));
  }

  /** Caught up with what was settled just now: the views are switched to this build. False if it is gone. */
  async #tryGoLive(client: pg.ClientBase, settled: number): Promise<boolean> {
    const { views = 'public' } = this.projection;
    const live = await withTransaction(client as pg.PoolClient, async (tx) => {
      if (this.#build.mode === 'inline') await this.#catchUpWithWritersHeld(tx);
      else if (this.#build.position < settled) return 'later';
      return (await goLive(tx, this.#build, views)) ? 'live' : 'gone';
    });
    if (live === 'live') {
      this.#build.state = 'live';
      this.#live.resolve();
    }
    return live !== 'gone';
  }

  /** From the lock on nobody appends, so after this the build has everything, and the next append will apply it itself. */
  async #catchUpWithWritersHeld(tx: pg.PoolClient): Promise<void> {
    await tx.query(`SET LOCAL lock_timeout = '2s'`);
    await tx.query('LOCK TABLE banyan_events.events IN SHARE ROW EXCLUSIVE MODE');
    const { rows } = await tx.query<{ last: string }>(
      'SELECT coalesce(max(position), 0) AS last FROM banyan_events.events',
    );
    const upTo = Number(rows[0]!.last);
    while (this.#build.position < upTo) {
      // In this transaction: writers that wait for the lock may hold every connection of the pool.
      const { from, to, events } = await this.#read(this.#build.position, upTo, tx);
      await tx.query(MOVE, [this.#build.name, this.#build.build, from, to, false]);
      if (events.length > 0) await this.projection.apply?.(events, tx, this.#build.tables);
      this.#build.position = to;
    }
  }

  #gone(): boolean {
    this.role = 'gone';
    return true;
  }

  async #recordFailure({ position, cause }: ApplyError): Promise<void> {
    this.error = cause as Error;
    this.#report(this.error, true, position);
    const { name, build } = this.#build;
    try {
      const client = await this.#context.connect();
      await client
        .query(FAIL, [name, build, String(this.error?.message ?? this.error), position])
        .finally(() => client.end());
    } catch (error) {
      this.#report(error as Error, false);
    }
  }

  #report(error: Error, final: boolean, position = this.#build.position): void {
    this.#context.onError(error, { projection: this.#build.name, build: this.#build.build, position, final });
  }
}

/** Events of (from, to], or for SQL the range alone. */
type Batch = { from: number; to: number; events: RecordedEvent[]; skipped?: true };

class ApplyError extends Error {
  readonly position: number;
  constructor(position: number, cause: Error) {
    super(cause.message, { cause });
    this.position = position;
  }
}

const MOVE = `
  WITH moved AS (
    UPDATE banyan_events.projections
    SET position = $4, updated_at = now(), error = NULL, failed_position = NULL
    WHERE name = $1 AND build = $2 AND position = $3 RETURNING name)
  SELECT CASE WHEN $5 THEN pg_notify('${CHANNEL}', name || ' ' || $4::bigint) END FROM moved`;

const FAIL = `
  WITH failed AS (
    UPDATE banyan_events.projections SET error = $3, failed_position = $4, updated_at = now()
    WHERE name = $1 AND build = $2 RETURNING name)
  SELECT pg_notify('${CHANNEL}', name) FROM failed`;

/** While an appending transaction is open whose outcome decides what comes next. */
const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
/** With a notifier that is live nothing is found by this but that the build was replaced. */
const LOOK_AGAIN_MS = 10_000;
/** Without one. */
const ASK_MS = 200;

function batchOf({ batch, applySql }: Projection): number {
  return batch ?? (applySql ? 50_000 : 1_000);
}

/** Worth trying again: the connection, the server going away, a deadlock, a lock not had in time. */
function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined) return /connection|client was closed|not queryable/i.test(String(error));
  return /^(08|57P|53|40001|40P01|55P03|ECONN|EPIPE|ETIMEDOUT)/.test(code);
}
