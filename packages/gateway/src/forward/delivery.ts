import { cohortOf } from '../choose/choose.ts';
import type { InFlight } from '../choose/write-holds.ts';
import type { Capture } from '../compare/shadow.ts';
import type { Side } from '../control/route-table.ts';
import type { ErrorCode } from '../errors.ts';
import { tellLimit } from '../limit/rate-limit.ts';
import { type FailureReason, reasonOfFailure, reasonOfStatus } from '../observe/outcome-reasons.ts';
import { passTrace, responseHeaders } from '../receive/headers.ts';
import { tellIdleTime } from '../receive/idle-time.ts';
import { isUnread, lingeringClose } from '../receive/lingering-close.ts';
import { BodyTooLarge } from '../receive/uploads.ts';
import type { Instance } from '../upstream/upstream.ts';
import type { UpstreamError, UpstreamErrorCode } from '../upstream/upstream-error.ts';
import { afterFailure } from './after-failure.ts';
import { Attempt, type AttemptOwner, type Failure } from './attempt.ts';
import { awaitReplication, linksToAwait } from './await-replication.ts';
import { readyForFallback } from './fallback.ts';
import { Reply } from './reply.ts';
import { cellOf, headersOf, type RoutedRequest, upstreamOf } from './routed-request.ts';

/** Who asked for the delivery. */
export interface DeliveryOwner {
  /** Answers the client with a problem, if it still can be answered. */
  refuse(code: ErrorCode): void;
  /** Something of ours threw. */
  broken(error: unknown): void;
  /** Nothing more will come from any upstream. */
  delivered(): void;
}

/** Answers of a side that the other side may answer instead, when the request is safe. */
const FALLBACK_STATUSES = new Set([500, 502, 503, 504]);
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
  readonly #request: RoutedRequest;
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

  constructor(request: RoutedRequest, owner: DeliveryOwner) {
    this.#request = request;
    this.#owner = owner;
    this.#mayBeStale = request.maybeStale;
    this.#reply = new Reply(request.res, request.worker.recorder?.begin(request));
  }

  /** In the turn in which the request was decided: nothing may come between that and being counted as in flight. */
  start(): void {
    const { worker, compiled, match, touches, attributes, safe, decision, trace } = this.#request;
    const route = match?.route.route;
    const cohort = route ? cohortOf(route, match.route.service.share, attributes!) : null;
    passTrace(this.#request.forwarded, cohort);
    if (route) trace?.decided(route.mode, decision.side, cohort);
    if (route && attributes!.key !== null) worker.stats.keys.add(route.service, attributes!.key);
    // What a plan has wrong about keys has to be seen before the first key moves.
    if (route?.mode === 'monolith' && route.key.from !== 'none')
      worker.stats.routeKeys.add(route.service, route.id, attributes!.keyText);
    const touched = touches?.route.route;
    if (touched && !safe && touched.mode !== 'migrated')
      this.#inFlight = worker.holds.enter(touched.service, attributes!.key);
    if (decision.shadow) this.#capture = worker.shadow.begin(compiled);
    this.#send(decision.side, null);
  }

  /** The client's connection is gone, or the answer is out. Nobody waits for a read any more; a write that is sent goes on. */
  closed(): void {
    this.#closed = true;
    const attempt = this.#attempt;
    if (attempt !== null) {
      const mayRun = !this.#request.safe && attempt.connection !== null;
      if (!mayRun && !this.#answered) attempt.abort();
      else if (this.#headSeen) attempt.expire(this.#request.worker.abandonedWriteMs);
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
    const { worker, match, req, safe, body, bodyLimit, client } = this.#request;
    const upstream = upstreamOf(this.#request, side);
    const now = worker.now();
    const instance = upstream.pick(not, !this.#hasFallback(side));
    if (instance === null || !upstream.breaker.allows(now)) {
      this.#unanswered(side, 0, instance === null ? 'unhealthy instance' : 'breaker open');
      this.#afterFailure(side, null, 'unavailable');
      return;
    }
    this.#tries++;
    const { method, url: path } = req as { method: string; url: string };
    const trace =
      this.#request.trace?.attempt({
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
        headers: headersOf(this.#request, side, trace?.traceparent),
        body: body.take(bodyLimit),
        client,
        timeoutMs: match?.route.route.limits?.timeoutMs ?? upstream.config.timeoutMs,
        abandonedWriteMs: safe ? 0 : worker.abandonedWriteMs,
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
      attempt.expire(this.#request.worker.abandonedWriteMs);
      return;
    }
    const { worker, safe } = this.#request;
    cellOf(this.#request, attempt.side).answered(status, worker.now() - attempt.startedAt);
    if (status >= 500) this.#failed(attempt.side, reasonOfStatus(status));
    if (UNWELL.has(status)) attempt.upstream.failed(attempt.instance);
    else attempt.upstream.succeeded(attempt.instance);
    if (safe && FALLBACK_STATUSES.has(status) && this.#mayFallBack(attempt.side)) {
      attempt.discarded = true;
      this.#attempt = null;
      this.#fallBack(attempt.side);
      return;
    }
    const waves = linksToAwait(this.#request, attempt.side, status);
    if (waves === null) {
      this.#relay(attempt, status, headers, length);
      return;
    }
    attempt.pause(false);
    awaitReplication(this.#request, attempt.side, waves)
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
      this.#reply.end(this.#request.compiled.limits.downloadIdleMs);
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
      this.#request.res.destroy(); // a truncated answer must look truncated
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
      this.#request.worker.stats.counts.slowClients++;
      this.#request.res.destroy();
      this.#endIfOver();
    } else if (code === 'busy') {
      this.#request.worker.stats.counts.busy++;
      this.#afterFailure(attempt.side, null, 'busy');
    } else if (code === 'slow-upload') {
      this.#request.worker.stats.counts.slowClients++;
      this.#problem('body-timeout');
    } else if (cause instanceof BodyTooLarge) this.#problem('body-too-large');
  }

  /** The client of an unsafe request has waited long enough; the request itself stays in flight. */
  onLate(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#answered || this.#reply.begun) return;
    attempt.upstream.failed(attempt.instance);
    this.#unanswered(attempt.side, this.#request.worker.now() - attempt.startedAt, 'outcome unknown');
    this.#problem('outcome-unknown');
  }

  /** `attempt` is null when none was made, or the upstream had no part in its failure. */
  #afterFailure(side: Side, attempt: Attempt | null, failure: UpstreamErrorCode | 'unavailable'): void {
    const next = afterFailure({
      safe: this.#request.safe,
      idempotent: this.#request.idempotent,
      mayHaveRun: this.#mayHaveRun,
      replayable: this.#request.body.replayable,
      awaited: !this.#closed,
      tries: this.#tries,
      instances: upstreamOf(this.#request, side).instances.length,
      hasFallback: this.#hasFallback(side),
      failure,
    });
    if (next === 'retry' && attempt !== null) {
      this.#request.worker.stats.counts.retries++;
      attempt.upstream.breaker.abandoned();
      attempt.upstream.instanceFailed(attempt.instance);
      this.#send(side, attempt.instance);
      return;
    }
    if (attempt !== null) {
      attempt.upstream.failed(attempt.instance);
      const reason = failure === 'unavailable' ? 'refused' : reasonOfFailure(failure);
      this.#unanswered(side, this.#request.worker.now() - attempt.startedAt, reason);
    }
    if (next === 'fallback') this.#fallBack(side);
    else if (next !== 'retry') this.#problem(next);
  }

  #hasFallback(side: Side): boolean {
    return this.#request.decision.fallback !== null && side === this.#request.decision.side;
  }

  /** May the other side answer in place of this one's answer to a read? */
  #mayFallBack(side: Side): boolean {
    return this.#hasFallback(side) && this.#request.body.replayable && !this.#closed;
  }

  #fallBack(side: Side): void {
    readyForFallback(this.#request, side)
      .then((readiness) => {
        if (this.#over) return;
        if (this.#closed) this.#endIfOver();
        else if (readiness === 'no') this.#problem('unavailable');
        else this.#sendToFallback(side, readiness === 'stale');
      })
      .catch((error) => this.#owner.broken(error));
  }

  #sendToFallback(side: Side, mayBeStale: boolean): void {
    const { worker, decision, trace } = this.#request;
    cellOf(this.#request, side).rescued++;
    worker.stats.counts.rescued++;
    trace?.rescued(decision.fallback!);
    this.#mayBeStale ||= mayBeStale;
    this.#capture = null;
    this.#tries = 0;
    this.#send(decision.fallback!, null);
  }

  #relay(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    const list = responseHeaders(headers, this.#request.forwarded.requestId);
    const { worker, req, res, limit } = this.#request;
    if (limit !== null) tellLimit(list, limit);
    const early = isUnread(req);
    if (early) lingeringClose(req);
    if (worker.draining || early) list.push('connection', 'close');
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
    this.#request.worker.shadow.compare({
      compiled: this.#request.compiled,
      match: this.#request.match!,
      side: attempt.side,
      method: this.#request.req.method as string,
      target: this.#request.req.url as string,
      headers: {
        monolith: headersOf(this.#request, 'monolith'),
        service: headersOf(this.#request, 'service'),
      },
      capture,
      trace: this.#request.trace,
      traceparentAt: this.#request.forwarded.traceparentAt,
    });
  }

  /** The side gave no answer, after so many milliseconds. */
  #unanswered(side: Side, afterMs: number, reason: FailureReason): void {
    cellOf(this.#request, side).answered(0, afterMs);
    this.#failed(side, reason);
  }

  #failed(side: Side, reason: FailureReason): void {
    const { worker, req } = this.#request;
    worker.stats.failed(cellOf(this.#request, side), req.method as string, reason);
  }

  #problem(code: ErrorCode): void {
    this.#answered = true;
    this.#owner.refuse(code);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#attempt !== null || this.#over || !(this.#answered || this.#closed)) return;
    this.#over = true;
    if (this.#inFlight !== null) this.#request.worker.holds.leave(this.#inFlight);
    this.#owner.delivered();
  }
}
