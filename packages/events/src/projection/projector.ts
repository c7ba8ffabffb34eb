import type { Db } from '@banyan/postgres';
import pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { EventStoreError } from '../store/errors.ts';
import { type CommitNotifier, noNotifier, walNotifier } from '../store/notifier.ts';
import type { EventStore } from '../store/store.ts';
import { applyProjectionSchema, findBuilds, startBuild } from './builds.ts';
import type { Projection } from './define.ts';
import { PositionWatch } from './position-watch.ts';
import { Runner, type RunnerContext } from './runner.ts';
import { resumeFailed, skipFailed } from './skip.ts';
import { builtStatus, type ProjectionStatus } from './status.ts';

export type ProjectorOptions = {
  pool: Db;
  store: EventStore;
  projections: readonly Projection[];
  log?: { error(facts: object, text: string): void; warn(facts: object, text: string): void };
  /** Gauges `banyan_projection_{position,lag_events,lag_seconds,failed}` are added here. */
  metrics?: Registry;
  /**
   * What says that something was appended. `wal` needs the right to replicate; `timer` asks every 200 ms. Default: `wal` with
   * the pool's connection string, `timer` for as long as that does not stream.
   */
  notifier?: 'wal' | 'timer';
  /** How the connection of a running projection is made. Default: as the pool makes its own. */
  connect?: RunnerContext['connect'];
};

export interface Projector {
  /** Makes what tables are missing and starts all projections. Resolves when they run, not when they have caught up. */
  start(): Promise<void>;
  /** Finishes the batches in hand. */
  stop(): Promise<void>;
  /** Every build in the database, those of other versions too. */
  status(): Promise<ProjectionStatus[]>;
  /** Builds the projection anew beside itself; resolves when its views show the new tables. */
  rebuild(name: string): Promise<void>;
  /** Starts a failed projection again, from where it stopped. */
  resume(name: string): Promise<void>;
  /**
   * Lets a failed projection go on without the event at which it stopped; who and why stay on record, and in its status. Throws
   * `PROJECTION_NOT_FAILED`. Resolves with the event's position.
   */
  skip(name: string, by: { who: string; note: string }): Promise<number>;
  /** Resolves when readers of the projection see everything up to `position`, wherever it runs. Default time limit 5000 ms. */
  waitFor(name: string, position: number, options?: { timeoutMs?: number }): Promise<void>;
}

/** Keeps projections up to date; in each process of a service: they agree on who runs which. */
export function createProjector(options: ProjectorOptions): Projector {
  return new PostgresProjector(options);
}

class PostgresProjector implements Projector {
  readonly #options: ProjectorOptions;
  readonly #watch: PositionWatch;
  #notifier: CommitNotifier | undefined;
  #runners: Runner[] = [];
  #lookingAgain: NodeJS.Timeout | undefined;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#watch = new PositionWatch(options.pool, () => this.#connect());
    if (options.metrics) this.#addMetrics(options.metrics);
  }

  async start(): Promise<void> {
    const { pool, projections } = this.#options;
    await applyProjectionSchema(pool);
    this.#notifier = this.#makeNotifier();
    for (const projection of projections) {
      await startBuild(pool, projection, false);
      await this.#run(projection);
    }
    this.#lookingAgain = setInterval(() => void this.#takeUpMended().catch(() => {}), LOOK_AGAIN_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#lookingAgain);
    const runners = this.#runners;
    this.#runners = [];
    await Promise.all(runners.map((runner) => runner.stop()));
    await this.#notifier?.close();
    await this.#watch.close();
  }

  async status(): Promise<ProjectionStatus[]> {
    return (await builtStatus(this.#options.pool)).map((status) => {
      const runner = this.#runners.find(
        ({ projection, build }) => projection.name === status.name && build === status.build,
      );
      // A live inline projection is run by whoever appends.
      const role = status.mode === 'async' || status.state === 'building' ? runner?.role : undefined;
      const error = status.error ?? runner?.error?.message;
      return { ...status, ...(role && { role }), ...(error !== undefined && { error }) };
    });
  }

  async rebuild(name: string): Promise<void> {
    const projection = this.#find(name);
    await startBuild(this.#options.pool, projection, true);
    await this.#run(projection);
    const newest = this.#runners.filter((runner) => runner.projection === projection).at(-1);
    await newest?.whenLive();
  }

  async resume(name: string): Promise<void> {
    const projection = this.#find(name);
    await resumeFailed(this.#options.pool, projection);
    await this.#run(projection);
  }

  async skip(name: string, by: { who: string; note: string }): Promise<number> {
    const projection = this.#find(name);
    const position = await skipFailed(this.#options.pool, projection, by);
    await this.#run(projection);
    return position;
  }

  async waitFor(name: string, position: number, { timeoutMs = 5_000 } = {}): Promise<void> {
    await this.#watch.waitFor(name, position, timeoutMs);
  }

  /** A runner for each build of our version that has none, or whose runner has ended. */
  async #run(projection: Projection): Promise<void> {
    const notifier = this.#notifier;
    if (!notifier) throw new TypeError('The projector was not started');
    const { store } = this.#options;
    const context: RunnerContext = {
      store,
      notifier,
      connect: this.#options.connect ?? (() => this.#connect()),
      onError: (error, { final, ...facts }) => {
        const { log } = this.#options;
        if (final) log?.error({ err: error, ...facts }, 'projection stopped');
        else log?.warn({ err: error, ...facts }, 'projection tries again');
      },
    };
    const ended = (runner: Runner) => ['failed', 'gone', 'stopped'].includes(runner.role);
    for (const build of await findBuilds(this.#options.pool, projection)) {
      const running = this.#runners.find(
        (runner) => runner.projection === projection && runner.build === build.build && !ended(runner),
      );
      if (running) continue;
      this.#runners = this.#runners.filter(
        (runner) => runner.projection !== projection || runner.build !== build.build,
      );
      this.#runners.push(new Runner(context, projection, build));
    }
  }

  /** Those that have failed here, and that somebody has fixed from elsewhere since. */
  async #takeUpMended(): Promise<void> {
    const failed = this.#runners.filter(({ role }) => role === 'failed');
    if (failed.length === 0) return;
    const builds = await builtStatus(this.#options.pool);
    for (const { projection, build } of failed) {
      const found = builds.find((each) => each.name === projection.name && each.build === build);
      if (found && found.failedAt === undefined && this.#runners.length > 0) await this.#run(projection);
    }
  }

  #find(name: string): Projection {
    const projection = this.#options.projections.find((candidate) => candidate.name === name);
    if (!projection) throw new EventStoreError('PROJECTION_UNKNOWN', { name });
    return projection;
  }

  #makeNotifier(): CommitNotifier {
    const { pool, notifier = 'wal', log } = this.#options;
    const url = pool.options.connectionString;
    if (notifier === 'timer' || url === undefined) return noNotifier();
    const onError = (error: Error) =>
      log?.warn({ err: error }, 'not woken by the WAL; projections ask every 200 ms until it streams again');
    return walNotifier({ pool, url, onError });
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#options.pool.options);
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  #addMetrics(registry: Registry): void {
    const projector = this;
    const gauges: [string, string, (status: ProjectionStatus) => number][] = [
      ['position', 'Position of the last event that is in the projection', ({ position }) => position],
      ['lag_events', 'Events that are not in the projection yet', ({ lagEvents }) => lagEvents],
      ['lag_seconds', 'Age of the oldest event that is not in it yet', ({ lagMs }) => lagMs / 1000],
      ['failed', '1 if it has stopped because of an error', ({ error }) => (error === undefined ? 0 : 1)],
    ];
    // One query for all four: they are collected together.
    let asked: Promise<ProjectionStatus[]> | undefined;
    for (const [name, help, value] of gauges) {
      new Gauge({
        name: `banyan_projection_${name}`,
        help,
        labelNames: ['projection', 'version', 'state'],
        registers: [registry],
        async collect() {
          asked ??= projector.status().finally(() => {
            asked = undefined;
          });
          const all = await asked;
          this.reset();
          for (const status of all) {
            const { name: projection, version, state } = status;
            this.set({ projection, version, state }, value(status));
          }
        },
      });
    }
  }
}

/** How soon a failed projection goes on that was fixed from elsewhere. */
const LOOK_AGAIN_MS = 1_000;
