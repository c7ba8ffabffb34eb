import { cohortOf } from '../choose/choose.ts';
import type { InFlight } from '../choose/write-holds.ts';
import type { Capture } from '../compare/shadow.ts';
import type { Side } from '../control/route-table.ts';
import type { ErrorCode } from '../errors.ts';
import { type FailureReason, reasonOfFailure, reasonOfStatus } from '../observe/outcome-reasons.ts';
import { passTrace, responseHeaders } from '../receive/headers.ts';
import { tellIdleTime } from '../receive/idle-time.ts';
import { isUnread, lingerAfter } from '../receive/lingering-close.ts';
import { BodyTooLarge } from '../receive/uploads.ts';
import type { Instance } from '../upstream/upstream.ts';
import type { UpstreamError, UpstreamErrorCode } from '../upstream/upstream-error.ts';
import { afterFailure } from './after-failure.ts';
import { Attempt, type AttemptOwner, type Failure } from './attempt.ts';
import { settleWrite, wavesToSettle } from './await-replication.ts';
import { readyToRescue } from './fallback.ts';
import { Reply } from './reply.ts';
import { cellOf, headersOf, type Order, upstreamOf } from './routed-request.ts';

/** Who gave the order. */
export interface DeliveryOwner {
  /** Answers the client with a problem, if it still can be answered. */
  refuse(code: ErrorCode): void;
  /** Something of ours threw. */
  broken(error: unknown): void;
  /** Nothing more will come from any upstream. */
  delivered(): void;
}

/** Answers of a side that the other side may answer instead, when the request is safe. */
const RESCUABLE = new Set([500, 502, 503, 504]);
/** Failures that are the upstream's doing. No client's abort, body or pace counts against an upstream. */
const UPSTREAMS = new Set<UpstreamErrorCode>(['connect', 'timeout', 'reset', 'malformed']);
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
  /** Attempts at the side that is being asked, and at all sides. */
  #tries = 0;
  #attempts = 0;
  /** Bytes of the request have gone to some upstream: never unset, whatever comes afterwards. */
  #mayHaveRun = false;
  /** The upstream has begun to answer. */
  #headSeen = false;
  /** The answer may lack a write that was answered before, or other workers' next answers this one. */
  #mayBeStale: boolean;
  /** The client has its answer, or will never get one. */
  #answered = false;
  #closed = false;
  #over = false;
  #capture: Capture | null = null;

  constructor(order: Order, owner: DeliveryOwner) {
    this.#order = order;
    this.#owner = owner;
    this.#mayBeStale = order.maybeStale;
    this.#reply = new Reply(order.res);
  }

  /** In the turn in which the order was decided: nothing may come between that and being counted as in flight. */
  start(): void {
    const { core, live, match, touches, facts, safe, decision, trace } = this.#order;
    const route = match?.route.route;
    const cohort = route ? cohortOf(route, match.route.service.share, facts!) : null;
    passTrace(this.#order.forwarded, cohort);
    if (route) trace?.decided(route.mode, decision.side, cohort);
    if (route && facts!.key !== null) core.stats.keys.add(route.service, facts!.key);
    // What a plan has wrong about keys has to be seen before the first key moves.
    if (route?.mode === 'monolith' && route.key.from !== 'none')
      core.stats.routeKeys.add(route.service, route.id, facts!.keyText);
    const touched = touches?.route.route;
    if (touched && !safe && touched.mode !== 'migrated')
      this.#inFlight = core.gate.enter(touched.service, facts!.key);
    if (decision.shadow) this.#capture = core.shadow.begin(live);
    this.#send(decision.side, null);
  }

  /** The client's connection is gone, or the answer is out. Nobody waits for a read any more; a write that is sent goes on. */
  closed(): void {
    this.#closed = true;
    const attempt = this.#attempt;
    if (attempt !== null) {
      const mayRun = !this.#order.safe && attempt.connection !== null;
      if (!mayRun && !this.#answered) attempt.abort();
      else if (this.#headSeen) attempt.expire(this.#order.core.lingerMs);
      attempt.resume();
    }
    this.#endIfOver();
  }

  /** Ends it, whatever an upstream is doing: something of ours went wrong, and the client has been told. */
  abandon(): void {
    this.#answered = true;
    this.#attempt?.abort();
    this.#endIfOver();
  }

  #send(side: Side, not: Instance | null): void {
    const { core, match, req, safe, intake, bodyLimit, client } = this.#order;
    const upstream = upstreamOf(this.#order, side);
    const now = core.now();
    const instance = upstream.pick(not, !this.#hasFallback(side));
    if (instance === null || !upstream.breaker.allows(now)) {
      this.#unanswered(side, 0, instance === null ? 'unhealthy instance' : 'breaker open');
      this.#afterFailure(side, null, 'unavailable');
      return;
    }
    this.#tries++;
    const { method, url: path } = req as { method: string; url: string };
    const trace =
      this.#order.trace?.attempt({
        side,
        upstream: upstream.name,
        url: instance.origin.url,
        method,
        resends: this.#attempts,
        shadow: false,
      }) ?? null;
    this.#attempts++;
    const attempt = new Attempt(this, side, upstream, instance, client, now, trace);
    this.#attempt = attempt;
    instance.origin.send(
      {
        method,
        path,
        headers: headersOf(this.#order.forwarded, this.#order.verified, side, trace?.traceparent),
        body: intake.take(bodyLimit),
        client,
        timeoutMs: match?.route.route.limits?.timeoutMs ?? upstream.config.timeoutMs,
        lingerMs: safe ? 0 : core.lingerMs,
      },
      attempt,
    );
  }

  onHead(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    try {
      this.#onHead(attempt, status, headers, length);
    } catch (error) {
      this.#owner.broken(error); // else it would be taken for a fault of the upstream
    }
  }

  #onHead(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    this.#headSeen = true;
    if (this.#answered) {
      attempt.discarded = true; // the client has been told that it took too long
      attempt.expire(this.#order.core.lingerMs);
      return;
    }
    const { core, safe } = this.#order;
    cellOf(this.#order, attempt.side).answered(status, core.now() - attempt.startedAt);
    if (status >= 500) this.#failed(attempt.side, reasonOfStatus(status));
    if (UNWELL.has(status)) attempt.upstream.failed(attempt.instance);
    else attempt.upstream.succeeded(attempt.instance);
    if (safe && RESCUABLE.has(status) && this.#mayRescue(attempt.side)) {
      attempt.discarded = true;
      this.#attempt = null;
      this.#rescue(attempt.side);
      return;
    }
    const waves = wavesToSettle(this.#order, attempt.side, status);
    if (waves === null) {
      this.#relay(attempt, status, headers, length);
      return;
    }
    attempt.pause(false);
    settleWrite(this.#order, attempt.side, waves)
      .then((known) => {
        this.#mayBeStale ||= !known;
        if (!this.#closed) this.#relay(attempt, status, headers, length);
        attempt.resume();
      })
      .catch((error) => this.#owner.broken(error));
  }

  onData(attempt: Attempt, chunk: Buffer): void {
    this.#capture?.add(chunk);
    if (!this.#closed && !this.#reply.data(chunk, attempt)) attempt.pause(true);
  }

  onRest(): void {
    if (!this.#closed) this.#reply.flush();
  }

  onEnd(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    const { begun } = this.#reply;
    if (!this.#closed && begun) {
      this.#answered = true;
      this.#reply.end(this.#order.live.limits.downloadIdleMs);
    }
    if (this.#capture !== null && begun) this.#compare(attempt);
    this.#endIfOver();
  }

  onFailed(attempt: Attempt, failure: Failure): void {
    if (attempt.sent) this.#mayHaveRun = true;
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    if (attempt.aborted || !UPSTREAMS.has(failure.error.code)) {
      this.#blameless(attempt, failure.error);
      return;
    }
    if (this.#answered) {
      this.#endIfOver(); // an unsafe request that had timed out
      return;
    }
    if (this.#reply.begun) {
      attempt.upstream.failed(attempt.instance);
      this.#failed(attempt.side, 'cut off');
      this.#answered = true;
      this.#order.res.destroy(); // a truncated answer must look truncated
      this.#endIfOver();
      return;
    }
    this.#afterFailure(attempt.side, attempt, failure.error.code);
  }

  /** It failed through its client, or for want of a place. */
  #blameless(attempt: Attempt, { code, cause }: UpstreamError): void {
    attempt.upstream.breaker.abandoned();
    if (this.#answered || this.#closed) this.#endIfOver();
    else if (this.#reply.begun || code === 'slow-reader') {
      this.#answered = true;
      this.#order.core.stats.counts.slowClients++;
      this.#order.res.destroy();
      this.#endIfOver();
    } else if (code === 'busy') {
      this.#order.core.stats.counts.busy++;
      this.#afterFailure(attempt.side, null, 'busy');
    } else if (code === 'slow-upload') {
      this.#order.core.stats.counts.slowClients++;
      this.#problem('body-timeout');
    } else if (cause instanceof BodyTooLarge) this.#problem('body-too-large');
  }

  /** The client of an unsafe request has waited long enough; the request itself stays in flight. */
  onLate(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#answered || this.#reply.begun) return;
    attempt.upstream.failed(attempt.instance);
    this.#unanswered(attempt.side, this.#order.core.now() - attempt.startedAt, 'outcome unknown');
    this.#problem('outcome-unknown');
  }

  /** `attempt` is null when none was made, or the upstream had no part in its failure. */
  #afterFailure(side: Side, attempt: Attempt | null, failure: UpstreamErrorCode | 'unavailable'): void {
    const next = afterFailure({
      safe: this.#order.safe,
      idempotent: this.#order.idempotent,
      mayHaveRun: this.#mayHaveRun,
      replayable: this.#order.intake.replayable,
      awaited: !this.#closed,
      tries: this.#tries,
      instances: upstreamOf(this.#order, side).instances.length,
      hasFallback: this.#hasFallback(side),
      failure,
    });
    if (next === 'retry' && attempt !== null) {
      this.#order.core.stats.counts.retries++;
      attempt.upstream.breaker.abandoned();
      attempt.upstream.instanceFailed(attempt.instance);
      this.#send(side, attempt.instance);
      return;
    }
    if (attempt !== null) {
      attempt.upstream.failed(attempt.instance);
      const reason = failure === 'unavailable' ? 'refused' : reasonOfFailure(failure);
      this.#unanswered(side, this.#order.core.now() - attempt.startedAt, reason);
    }
    if (next === 'rescue') this.#rescue(side);
    else if (next !== 'retry') this.#problem(next);
  }

  #hasFallback(side: Side): boolean {
    return this.#order.decision.fallback !== null && side === this.#order.decision.side;
  }

  /** May the other side answer in place of this one's answer to a read? */
  #mayRescue(side: Side): boolean {
    return this.#hasFallback(side) && this.#order.intake.replayable && !this.#closed;
  }

  #rescue(side: Side): void {
    readyToRescue(this.#order, side)
      .then((readiness) => {
        if (this.#over) return;
        if (this.#closed) this.#endIfOver();
        else if (readiness === 'no') this.#problem('unavailable');
        else this.#sendToFallback(side, readiness === 'stale');
      })
      .catch((error) => this.#owner.broken(error));
  }

  #sendToFallback(side: Side, mayBeStale: boolean): void {
    const { core, decision, trace } = this.#order;
    cellOf(this.#order, side).rescued++;
    core.stats.counts.rescued++;
    trace?.rescued(decision.fallback!);
    this.#mayBeStale ||= mayBeStale;
    this.#capture = null;
    this.#tries = 0;
    this.#send(decision.fallback!, null);
  }

  #relay(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    const list = responseHeaders(headers, this.#order.forwarded.requestId);
    const { core, req, res } = this.#order;
    const early = isUnread(req);
    if (early) lingerAfter(req);
    if (core.draining || early) list.push('connection', 'close');
    else tellIdleTime(res, list);
    if (this.#mayBeStale) list.push('x-banyan-stale', 'maybe');
    this.#capture?.head(status, headers);
    try {
      this.#reply.head(status, list, length);
    } catch {
      // Nothing of it can be passed on: a header holds what no header may hold.
      attempt.upstream.failed(attempt.instance);
      if (status < 500) this.#failed(attempt.side, 'bad answer');
      this.#problem('bad-gateway');
      attempt.discarded = true;
    }
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
      headers: {
        monolith: headersOf(this.#order.forwarded, this.#order.verified, 'monolith'),
        service: headersOf(this.#order.forwarded, this.#order.verified, 'service'),
      },
      capture,
      trace: this.#order.trace,
      traceparentAt: this.#order.forwarded.traceparentAt,
    });
  }

  /** The side gave no answer, after so many milliseconds. */
  #unanswered(side: Side, afterMs: number, reason: FailureReason): void {
    cellOf(this.#order, side).answered(0, afterMs);
    this.#failed(side, reason);
  }

  #failed(side: Side, reason: FailureReason): void {
    const { core, req } = this.#order;
    core.stats.failed(cellOf(this.#order, side), req.method as string, reason);
  }

  #problem(code: ErrorCode): void {
    this.#answered = true;
    this.#owner.refuse(code);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#attempt !== null || this.#over || !(this.#answered || this.#closed)) return;
    this.#over = true;
    if (this.#inFlight !== null) this.#order.core.gate.leave(this.#inFlight);
    this.#owner.delivered();
  }
}
