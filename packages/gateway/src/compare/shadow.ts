import { setTimeout as delay } from 'node:timers/promises';
import type { ControlSource, ShadowLimits, Side } from '../control/route-table.ts';
import type { Match } from '../match/match.ts';
import type { Stats } from '../observe/stats.ts';
import type { RequestTrace } from '../observe/tracing/trace.ts';
import type { CompiledTable } from '../worker/compiled-table.ts';
import { type Answer, type Difference, differencesOf, shapeOf } from './compare.ts';
import { redactAnswer, redactValue, toCurl } from './redact.ts';
import { ask, Capture } from './shadow-request.ts';
import { ShadowThrottle, watchLoop } from './shadow-throttle.ts';

export { Capture } from './shadow-request.ts';

export type ShadowOptions = {
  source: Pick<ControlSource, 'settle' | 'storeMismatch'>;
  stats: Stats;
  /** The table that applies. */
  compiled: () => CompiledTable;
  /** Monotonic milliseconds. */
  now: () => number;
  onError: (error: unknown, what: string) => void;
  /** 0..1, for sampling. */
  random?: () => number;
};

/** An answered safe request whose answer is to be compared with the other side's. */
export type ShadowJob = {
  compiled: CompiledTable;
  match: Match;
  /** The side that answered. */
  side: Side;
  method: string;
  target: string;
  /** Upstream headers for each side. */
  headers: Record<Side, string[]>;
  capture: Capture;
  /** Null: not recorded. */
  trace: RequestTrace | null;
  /** Where in `headers` the value of traceparent is. */
  traceparentAt: number;
};

/** What two sides answered at one moment, and what of it is no noise. */
type Sandwich = { last: Answer; lastCandidate: Answer; real: Difference[] };

const CATCH_UP_MS = 2_000;
/** The first pause before a side that may be behind is asked again; each next one is twice as long. */
const FIRST_PAUSE_MS = 50;
/** How often it is looked how long users wait, ms. */
const USERS_MS = 1_000;
/** An answer that says that a side is not there; about what it would have said it says nothing. */
const ABSENT = new Set([0, 502, 503, 504]);
const UNREACHABLE: Answer = { status: 0, headers: {}, body: '' };

/**
 * Compares answers of the two sides in the background. The client has its answer already, so nothing here can alter
 * or delay it. Noise is told from bugs by asking twice, as Diffy does: what the primary says differently by itself
 * is noise, and what agrees after the stream has caught up was a row in flight.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  readonly #running = new Set<Promise<void>>();
  /** How often a field differed between two answers of the same side: `route pointer` → count. */
  readonly noise = new Map<string, number>();
  #stopped = false;
  readonly #loop = watchLoop();
  readonly #throttle: ShadowThrottle;
  readonly #looking: NodeJS.Timeout;

  constructor(options: ShadowOptions) {
    this.#options = options;
    this.#throttle = new ShadowThrottle(options.stats, options.now, this.#loop);
    this.#looking = setInterval(() => this.#throttle.look(), USERS_MS);
    this.#looking.unref();
  }

  /** Users wait longer than before: few answers are compared. */
  get throttled(): boolean {
    return this.#throttle.now;
  }

  /** Something to collect the primary's answer in; null when this request is not to be compared. */
  begin(compiled: CompiledTable): Capture | null {
    const { sampleRate, maxConcurrent, maxBodyBytes, restAboveRatio } = limitsOf(compiled.table.shadow);
    if (this.#stopped) return null;
    this.#throttle.aboveRatio = restAboveRatio;
    const sampled = sampleRate >= 1 || (this.#options.random ?? Math.random)() < sampleRate;
    if (sampled && this.#running.size < maxConcurrent && this.#throttle.lets())
      return new Capture(maxBodyBytes);
    this.#options.stats.counts.shadowSkipped++;
    return null;
  }

  compare(job: ShadowJob): void {
    const running = this.#run(job)
      .catch((error) => this.#options.onError(error, 'shadow'))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for the comparisons that run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#looking);
    this.#loop.stop();
    await Promise.all(this.#running);
  }

  async #run(job: ShadowJob): Promise<void> {
    const { stats } = this.#options;
    const { route } = job.match.route;
    const other: Side = job.side === 'monolith' ? 'service' : 'monolith';
    stats.counts.shadowed++;

    const primary = await job.capture.answer();
    const candidate = await this.#ask(job, other);
    if (!comparable(primary) || !comparable(candidate)) {
      stats.counts.shadowSkipped++;
      return;
    }
    const cell = job.compiled.cells[job.match.route.index]!.service;
    if (differencesOf(primary, candidate, route.ignore).length === 0) {
      cell.compared++;
      return;
    }

    const again = await this.#ask(job, job.side);
    if (!comparable(again)) {
      stats.counts.shadowSkipped++;
      return;
    }
    const noisy = this.#noteNoise(route.id, differencesOf(primary, again, route.ignore));

    const sandwich = await this.#sandwichCaughtUp(job, other, noisy);
    if (sandwich === null) {
      stats.counts.shadowSkipped++;
      return;
    }
    const { last, lastCandidate, real } = sandwich;
    // Found by rules that have been mended meanwhile, perhaps; it would count as found by the new ones.
    if (real.length > 0 && job.compiled !== this.#options.compiled()) {
      stats.counts.shadowSkipped++;
      return;
    }
    cell.compared++;
    if (real.length === 0) {
      stats.counts.shadowNoise++;
      return;
    }
    cell.mismatched++;
    stats.counts.mismatches++;
    await this.#store(job, last, lastCandidate, real);
  }

  /**
   * Once the other side has caught up, and what is different is so twice: of what was there for a moment and is gone again (credits that are held and
   * given back at once) the primary says the same before and after, and the other side is asked in between. One that hears by events cannot be asked
   * whether it has caught up: it is given as long as it may be behind. Null: there is nothing to compare.
   */
  async #sandwichCaughtUp(job: ShadowJob, other: Side, noisy: Set<string>): Promise<Sandwich | null> {
    const { mayLagMs } = job.compiled.table.services[job.match.route.route.service]!;
    const until = this.#options.now() + (mayLagMs ?? 0);
    for (let [times, pause] = [1, FIRST_PAUSE_MS]; ; times++, pause *= 2) {
      const sandwich = await this.#sandwich(job, other, noisy);
      const left = until - this.#options.now();
      const isLast = this.#stopped || (times >= 2 && left <= 0);
      if (sandwich === null || sandwich.real.length === 0 || isLast) return sandwich;
      await delay(left > 0 ? Math.min(left, pause) : pause);
    }
  }

  /**
   * The primary before and after, the other side, caught up, in between. What differs between the two answers of the primary was written
   * meanwhile, or is noise; it says nothing about the other side.
   */
  async #sandwich(job: ShadowJob, other: Side, noisy: Set<string>): Promise<Sandwich | null> {
    const { route } = job.match.route;
    const last = await this.#ask(job, job.side);
    const caughtUp = await this.#catchUp(job);
    const lastCandidate = await this.#ask(job, other);
    const after = await this.#ask(job, job.side);
    if (!caughtUp || !comparable(last) || !comparable(lastCandidate) || !comparable(after)) return null;
    const moved = this.#noteNoise(route.id, differencesOf(last, after, route.ignore));
    const real = differencesOf(last, lastCandidate, route.ignore).filter(
      ({ pointer }) => !noisy.has(shapeOf(pointer)) && !moved.has(shapeOf(pointer)),
    );
    return { last, lastCandidate, real };
  }

  async #ask(job: ShadowJob, side: Side): Promise<Answer | 'too-large'> {
    const { compiled, match } = job;
    const upstream =
      side === 'monolith' ? compiled.monolith : compiled.services.get(match.route.route.service)!;
    const instance = upstream.pick(null, true);
    if (instance === null) return UNREACHABLE;
    const { url } = instance.origin;
    const call = { side, upstream: upstream.name, url, method: job.method, resends: 0, shadow: true };
    const trace = job.trace?.attempt(call);
    const headers = [...job.headers[side], 'x-banyan-shadow', '1'];
    if (trace) headers[job.traceparentAt] = trace.traceparent;
    const answer = await ask(instance.origin, {
      method: job.method,
      target: job.target,
      headers,
      timeoutMs: match.route.route.limits?.timeoutMs ?? upstream.config.timeoutMs,
      maxBytes: limitsOf(compiled.table.shadow).maxBodyBytes,
    });
    if (answer === 'failed') {
      trace?.failed('failed');
      return UNREACHABLE;
    }
    if (answer !== 'too-large') trace?.answered(answer.status);
    trace?.ended();
    return answer;
  }

  /** Waits until the other side has what the primary's side had when it answered; false if it did not come. */
  async #catchUp(job: ShadowJob): Promise<boolean> {
    const { service } = job.match.route.route;
    if (job.compiled.table.services[service]!.mayLagMs !== undefined) return true;
    const link = `${service}.${job.side === 'monolith' ? 'forward' : 'reverse'}`;
    return await this.#options.source.settle([[link]], CATCH_UP_MS).catch(() => false);
  }

  #noteNoise(route: string, differences: readonly Difference[]): Set<string> {
    const shapes = new Set(differences.map(({ pointer }) => shapeOf(pointer)));
    for (const shape of shapes) {
      const id = `${route} ${shape}`;
      if (this.noise.has(id) || this.noise.size < 10_000) this.noise.set(id, (this.noise.get(id) ?? 0) + 1);
    }
    return shapes;
  }

  #store(job: ShadowJob, primary: Answer, candidate: Answer, real: readonly Difference[]): Promise<void> {
    const primaryIsMonolith = job.side === 'monolith';
    const { route } = job.match.route;
    const origin = job.compiled.table.monolith.instances[0] ?? '';
    return this.#options.source.storeMismatch({
      service: route.service,
      route: route.id,
      at: new Date().toISOString(),
      version: job.compiled.table.version,
      curl: toCurl(job.method, origin, job.target, job.headers.monolith),
      differences: real.map(({ pointer, a, b }) => ({
        pointer,
        monolith: redactValue(pointer, primaryIsMonolith ? a : b),
        service: redactValue(pointer, primaryIsMonolith ? b : a),
      })),
      answers: {
        monolith: redactAnswer(primaryIsMonolith ? primary : candidate),
        service: redactAnswer(primaryIsMonolith ? candidate : primary),
      },
    });
  }
}

function comparable(answer: Answer | 'too-large'): answer is Answer {
  return answer !== 'too-large' && !ABSENT.has(answer.status);
}

function limitsOf(limits: ShadowLimits = {}): Required<ShadowLimits> {
  return {
    sampleRate: limits.sampleRate ?? 1,
    maxConcurrent: limits.maxConcurrent ?? 32,
    maxBodyBytes: limits.maxBodyBytes ?? 256 * 1024,
    restAboveRatio: limits.restAboveRatio ?? 1.5,
  };
}
