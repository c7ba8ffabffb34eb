import type { IncomingMessage, ServerResponse } from 'node:http';
import { Attempt, type AttemptOwner, type Failure } from './attempt.ts';
import { BodyTooLarge } from './body.ts';
import { choose, cohortOf, type Decision, type Facts } from './choose.ts';
import type { Core } from './core.ts';
import type { ErrorCode } from './errors.ts';
import { isIdempotent } from './facts.ts';
import type { InFlight } from './gate.ts';
import { type Forwarded, passTrace, responseHeaders } from './headers.ts';
import type { Intake } from './intake.ts';
import type { Live } from './live.ts';
import type { Match } from './match.ts';
import { Reply } from './reply.ts';
import type { Side } from './route-table.ts';
import type { Capture } from './shadow/shadow.ts';
import type { Cells } from './stats.ts';
import type { Verified } from './tokens.ts';
import type { RequestTrace } from './tracing/trace.ts';
import type { Instance } from './upstream/upstream.ts';

/** A request that has been decided and is not held. */
export type Order = {
  core: Core;
  live: Live;
  req: IncomingMessage;
  res: ServerResponse;
  safe: boolean;
  forwarded: Forwarded;
  intake: Intake;
  bodyLimit: number;
  verified: Verified | null;
  consumer: string;
  decision: Decision;
  /** Both null when no route matched. */
  match: Match | null;
  facts: Facts | null;
  /** Null: not recorded. */
  trace: RequestTrace | null;
};

/** Who gave the order. */
export interface DeliveryOwner {
  /** Answers the client with a problem, if it still can be answered. */
  refuse(code: ErrorCode): void;
  /** Nothing more will come from any upstream. */
  delivered(): void;
}

/** How long an unsafe request stays counted as in flight after its client has been told that it took too long. */
const LINGER_MS = 60_000;
/** How long a read's rescue waits until the other side has what the failed one had, ms. */
const RESCUE_SETTLE_MS = 500;
/** Answers of a side that the other side may answer instead, when the request is safe. */
const RESCUABLE = new Set([500, 502, 503, 504]);
/** Answers that say that the upstream itself is not well. */
const UNWELL = new Set([502, 503, 504]);

/**
 * Sends a request to its side, tries another instance or the other side where that cannot do harm, and passes the
 * answer on. An unsafe request stays in flight, for the fences, until the upstream is done with it, whatever the
 * client does.
 */
export class Delivery implements AttemptOwner {
  readonly #order: Order;
  readonly #owner: DeliveryOwner;
  readonly #reply: Reply;
  #inFlight: InFlight | null = null;
  #attempt: Attempt | null = null;
  #tries = 0;
  #resends = 0;
  /** A rescue's answer may lack what the failed side had said yes to. */
  #mayBeStale = false;
  #timer: NodeJS.Timeout | null = null;
  /** The client has its answer, or will never get one. */
  #answered = false;
  #closed = false;
  #over = false;
  #capture: Capture | null = null;

  constructor(order: Order, owner: DeliveryOwner) {
    this.#order = order;
    this.#owner = owner;
    this.#reply = new Reply(order.res);
  }

  /** In the turn in which the order was decided: nothing may come between that and being counted as in flight. */
  start(): void {
    const { core, live, match, facts, safe, decision, trace } = this.#order;
    const route = match?.route.route;
    const cohort = route ? cohortOf(route, match.route.service.share, facts!) : null;
    passTrace(this.#order.forwarded, cohort);
    if (route) trace?.decided(route.mode, decision.side, cohort);
    if (route && !safe && route.mode !== 'migrated')
      this.#inFlight = core.gate.enter(route.service, facts!.key);
    if (decision.shadow) this.#capture = core.shadow.begin(live);
    this.#send(decision.side, null);
  }

  /** The client's connection is gone, or the answer is out. Nobody waits for a read any more; a write goes on. */
  closed(): void {
    this.#closed = true;
    if (this.#order.safe && !this.#answered) this.#attempt?.abort();
    this.#attempt?.resume();
    this.#endIfOver();
  }

  #send(side: Side, not: Instance | null): void {
    const upstream =
      side === 'monolith'
        ? this.#order.live.monolith
        : this.#order.live.services.get(this.#order.match!.route.route.service)!;
    const now = this.#order.core.now();
    const canRescue = this.#order.decision.fallback !== null && side === this.#order.decision.side;
    const instance = upstream.pick(not, !canRescue);
    if (instance === null || !upstream.breaker.allows(now)) {
      this.#cell(side).answered(0, 0);
      this.#cell(side).failures++;
      this.#giveUp(side, { notSent: true, timeout: false });
      return;
    }
    this.#tries++;
    const { method, url: path } = this.#order.req as { method: string; url: string };
    const trace =
      this.#order.trace?.attempt({
        side,
        upstream: upstream.name,
        url: instance.origin.url,
        method,
        resends: this.#resends++,
        shadow: false,
      }) ?? null;
    const attempt = new Attempt(this, side, upstream, instance, now, trace);
    this.#attempt = attempt;
    const timeoutMs = this.#order.match?.route.route.limits?.timeoutMs ?? upstream.config.timeoutMs;
    if (!this.#order.safe) this.#timer ??= setTimeout(onTimeout, timeoutMs, this);
    instance.origin.send(
      {
        method,
        path,
        headers: this.#headersFor(side, trace?.traceparent),
        body: this.#order.intake.take(this.#order.bodyLimit),
        timeoutMs: this.#order.safe ? timeoutMs : timeoutMs + LINGER_MS,
      },
      attempt,
    );
  }

  #headersFor(side: Side, traceparent?: string): string[] {
    const { list, authorizationAt, traceparentAt } = this.#order.forwarded;
    const exchanged =
      side === 'monolith' && authorizationAt !== -1 ? this.#order.verified?.forMonolith : undefined;
    if (!exchanged && traceparent === undefined) return list;
    const copy = list.slice();
    if (exchanged) copy[authorizationAt] = exchanged;
    if (traceparent !== undefined) copy[traceparentAt] = traceparent;
    return copy;
  }

  onHead(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    if (this.#answered) {
      attempt.discarded = true; // the client has been told that it took too long
      return;
    }
    this.#clearTimer();
    const cell = this.#cell(attempt.side);
    cell.answered(status, this.#order.core.now() - attempt.startedAt);
    if (status >= 500) cell.failures++;
    if (UNWELL.has(status)) attempt.upstream.failed(attempt.instance);
    else attempt.upstream.succeeded(attempt.instance);
    if (this.#order.safe && RESCUABLE.has(status) && this.#mayRescue(attempt.side)) {
      attempt.discarded = true;
      this.#attempt = null;
      void this.#rescueSafe(attempt.side);
      return;
    }
    const waves = this.#wavesToSettle(attempt.side, status);
    if (waves === null) {
      this.#relay(status, headers, length);
      return;
    }
    attempt.pause();
    void this.#settle(attempt.side, waves).then(() => {
      if (!this.#closed) this.#relay(status, headers, length);
      attempt.resume();
    });
  }

  onData(attempt: Attempt, chunk: Buffer): void {
    this.#capture?.add(chunk);
    if (!this.#closed && !this.#reply.data(chunk, () => attempt.resume())) attempt.pause();
  }

  onEnd(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    const { begun } = this.#reply;
    if (!this.#closed && begun) {
      this.#answered = true;
      this.#reply.end();
      if (!this.#order.req.complete) this.#order.req.resume(); // answered before it was all read
    }
    if (this.#capture !== null && begun) this.#compare(attempt);
    this.#endIfOver();
  }

  onFailed(attempt: Attempt, failure: Failure): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    if (attempt.aborted || failure.error.code === 'body') {
      attempt.upstream.breaker.abandoned();
      if (failure.error.cause instanceof BodyTooLarge) this.#problem('body-too-large');
      this.#endIfOver();
      return;
    }
    if (this.#answered) {
      this.#endIfOver(); // an unsafe request that had timed out
      return;
    }
    const cell = this.#cell(attempt.side);
    if (this.#reply.begun) {
      attempt.upstream.failed(attempt.instance);
      cell.failures++;
      this.#answered = true;
      this.#order.res.destroy(); // a truncated answer must look truncated
      this.#endIfOver();
      return;
    }
    if (this.#mayRetry(attempt, failure)) {
      this.#order.core.stats.counts.retries++;
      attempt.upstream.breaker.abandoned();
      attempt.upstream.instanceFailed(attempt.instance);
      this.#send(attempt.side, attempt.instance);
      return;
    }
    attempt.upstream.failed(attempt.instance);
    cell.answered(0, this.#order.core.now() - attempt.startedAt);
    cell.failures++;
    this.#giveUp(attempt.side, failure);
  }

  /** The client of an unsafe request has waited long enough; the request itself stays in flight. */
  timedOut(): void {
    const attempt = this.#attempt;
    if (attempt === null || this.#answered || this.#reply.begun) return;
    attempt.upstream.failed(attempt.instance);
    const cell = this.#cell(attempt.side);
    cell.answered(0, this.#order.core.now() - attempt.startedAt);
    cell.failures++;
    this.#problem('outcome-unknown');
  }

  #mayRetry(attempt: Attempt, failure: Failure): boolean {
    if (this.#tries > 1 || !this.#order.intake.replayable || this.#closed) return false;
    if (failure.notSent) return attempt.upstream.instances.length > 1;
    return isIdempotent(this.#order.req.method as string) && !failure.timeout;
  }

  #mayRescue(side: Side): boolean {
    return (
      this.#order.decision.fallback !== null &&
      side === this.#order.decision.side &&
      this.#order.intake.replayable &&
      !this.#closed
    );
  }

  /** The side did not answer: the other one does if it may, else the client gets a problem. */
  #giveUp(side: Side, failure: Pick<Failure, 'notSent' | 'timeout'>): void {
    this.#clearTimer();
    if (this.#mayRescue(side) && this.#order.safe) {
      void this.#rescueSafe(side);
      return;
    }
    if (this.#mayRescue(side) && failure.notSent) {
      void this.#rescueUnsafe(side);
      return;
    }
    if (failure.notSent) this.#problem('unavailable');
    else if (!this.#order.safe) this.#problem('outcome-unknown');
    else this.#problem(failure.timeout ? 'upstream-timeout' : 'bad-gateway');
  }

  #rescue(side: Side): void {
    this.#cell(side).rescued++;
    this.#order.core.stats.counts.rescued++;
    this.#order.trace?.rescued(this.#order.decision.fallback!);
    this.#capture = null;
    this.#tries = 0;
    this.#send(this.#order.decision.fallback!, null);
  }

  /**
   * The other side should have all that this one said yes to before it answers a read. When that takes too long an
   * answer that may be old, and says so, is better than none.
   */
  async #rescueSafe(side: Side): Promise<void> {
    const { service } = this.#order.match!.route.route;
    const link = `${service}.${side === 'service' ? 'reverse' : 'forward'}`;
    this.#mayBeStale = !(await this.#order.core.source.settle([[link]], RESCUE_SETTLE_MS).catch(() => false));
    if (this.#closed) this.#endIfOver();
    else this.#rescue(side);
  }

  /** An unsafe request that did not run: the other side may run it once it has everything, and if no fence is open. */
  async #rescueUnsafe(side: Side): Promise<void> {
    const { route, service } = this.#order.match!.route;
    const { source, gate } = this.#order.core;
    const settled = await source
      .settle(route.settle[side], this.#order.live.table.settleMs)
      .catch(() => false);
    const again = choose(route, service, this.#order.facts!, gate.fences, gate.leased);
    if (this.#closed || !settled || again.hold !== null || this.#order.live !== this.#order.core.live) {
      this.#problem('unavailable');
      return;
    }
    this.#rescue(side);
  }

  #wavesToSettle(side: Side, status: number): string[][] | null {
    if (this.#order.safe || this.#order.match === null || status < 200 || status >= 400) return null;
    const waves = this.#order.match.route.route.settle[side];
    return waves.length > 0 ? waves : null;
  }

  /** Waits until the other side has the write; when that takes too long the writer's reads stay on this side. */
  async #settle(side: Side, waves: string[][]): Promise<void> {
    const { source, stats, pins } = this.#order.core;
    const settled = await source.settle(waves, this.#order.live.table.settleMs).catch(() => false);
    stats.counts.settled++;
    if (settled) return;
    stats.counts.settleTimeouts++;
    if (this.#order.verified?.state === 'valid')
      pins.pin(this.#order.consumer, this.#order.match!.route.route.service, side, waves);
  }

  #relay(status: number, headers: string[], length: number | null): void {
    const list = responseHeaders(headers, this.#order.forwarded.requestId);
    if (this.#order.core.draining) list.push('connection', 'close');
    if (this.#mayBeStale) list.push('x-banyan-stale', 'maybe');
    this.#capture?.head(status, headers);
    this.#reply.head(status, list, length);
  }

  #compare(attempt: Attempt): void {
    const capture = this.#capture!;
    this.#capture = null;
    this.#order.core.shadow.compare({
      live: this.#order.live,
      match: this.#order.match!,
      side: attempt.side,
      method: this.#order.req.method as string,
      target: this.#order.req.url as string,
      headers: { monolith: this.#headersFor('monolith'), service: this.#headersFor('service') },
      capture,
      trace: this.#order.trace,
      traceparentAt: this.#order.forwarded.traceparentAt,
    });
  }

  #cell(side: Side): Cells[Side] {
    const match = this.#order.match;
    return match === null
      ? this.#order.core.stats.unmatched[side]
      : this.#order.live.cells[match.route.index]![side];
  }

  #clearTimer(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #problem(code: ErrorCode): void {
    this.#answered = true;
    this.#owner.refuse(code);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#attempt !== null || this.#over || !(this.#answered || this.#closed)) return;
    this.#over = true;
    this.#clearTimer();
    if (this.#inFlight !== null) this.#order.core.gate.leave(this.#inFlight);
    this.#owner.delivered();
  }
}

function onTimeout(delivery: Delivery): void {
  delivery.timedOut();
}
