import type { IncomingMessage, ServerResponse } from 'node:http';
import { Attempt, type AttemptOwner, type Failure } from './attempt.ts';
import { BodyTooLarge } from './body.ts';
import { choose, type Decision, type Facts } from './choose.ts';
import type { Core } from './core.ts';
import { type ErrorCode, sendProblem } from './errors.ts';
import { admit, bearer, consumerOf, factsOf, isIdempotent, isSafe, unverifiable } from './facts.ts';
import type { InFlight } from './gate.ts';
import { type Forwarded, plainAddress, responseHeaders } from './headers.ts';
import { Intake } from './intake.ts';
import type { Live } from './live.ts';
import type { Match } from './match.ts';
import { Reply } from './reply.ts';
import type { Side } from './route-table.ts';
import type { Capture } from './shadow/shadow.ts';
import type { Cells } from './stats.ts';
import type { Verified } from './tokens.ts';
import type { Instance } from './upstream/upstream.ts';

/** How long an unsafe request stays counted as in flight after its client has been told that it took too long. */
const LINGER_MS = 60_000;
/** Answers of a side that the other side may answer instead, when the request is safe. */
const RESCUABLE = new Set([500, 502, 503, 504]);
/** Answers that say that the upstream itself is not well. */
const UNWELL = new Set([502, 503, 504]);

const PASS_THROUGH: Decision = {
  side: 'monolith',
  fallback: null,
  shadow: false,
  hold: null,
  notFound: false,
};

/** One request on its way: admitted, identified, decided, held if it must be, sent, answered. */
export class Exchange implements AttemptOwner {
  readonly #core: Core;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #reply: Reply;
  readonly #safe: boolean;
  #live: Live;
  #match: Match | null = null;
  #forwarded!: Forwarded;
  #intake!: Intake;
  #verified: Verified | null = null;
  #consumer = '';
  #facts: Facts | null = null;
  #decision = PASS_THROUGH;
  #heldSince: number | null = null;
  #inFlight: InFlight | null = null;
  #attempt: Attempt | null = null;
  #tries = 0;
  #timer: NodeJS.Timeout | null = null;
  #answered = false;
  #closed = false;
  #ended = false;
  #capture: Capture | null = null;

  constructor(core: Core, req: IncomingMessage, res: ServerResponse) {
    this.#core = core;
    this.#req = req;
    this.#res = res;
    this.#live = core.live;
    this.#reply = new Reply(res);
    this.#safe = isSafe(req.method as string);
    core.began();
    res.sendDate = false;
    (res as Owned)[EXCHANGE] = this;
    res.on('close', onClose);
  }

  start(): void {
    const admitted = admit(this.#live, this.#req, this.#core.trustProxy);
    if (typeof admitted === 'string') {
      this.#core.stats.counts.refused++;
      this.#refuse(admitted);
      return;
    }
    this.#forwarded = admitted.forwarded;
    this.#intake = new Intake(this.#req, this.#res, admitted.forwarded);
    this.#match = admitted.match;
    const sunset = this.#match?.route.route.sunset;
    if (sunset) {
      this.#refuse('gone', ['sunset', sunset]);
      return;
    }
    if ((this.#forwarded.contentLength ?? 0) > this.#bodyLimit) {
      this.#refuse('body-too-large');
      return;
    }
    const token = this.#live.tokens.enabled ? bearer(this.#forwarded.authorization) : null;
    if (token === null) {
      this.#identified(null);
      return;
    }
    const known = this.#live.tokens.peek(token);
    if (known) this.#identified(known);
    else this.#live.tokens.verify(token).then((verified) => this.#identified(verified));
  }

  /** The client's connection is gone, or the answer is out. */
  closed(): void {
    this.#closed = true;
    if (!this.#res.writableFinished && !this.#answered) {
      this.#core.stats.counts.clientGone++;
      // Nobody waits for a read any more. A write goes on, and stays counted as in flight, until the upstream ends it.
      if (this.#safe) this.#attempt?.abort();
    }
    this.#attempt?.resume();
    this.#endIfDone();
  }

  #identified(verified: Verified | null): void {
    if (this.#gone()) return;
    this.#verified = verified;
    this.#consumer = consumerOf(verified, plainAddress(this.#req.socket.remoteAddress));
    if (this.#live.limiter && !this.#withinLimit()) return;
    this.#decide();
  }

  #withinLimit(): boolean {
    const verdict = this.#live.limiter!.take(this.#consumer, Date.now());
    if (verdict.allowed) return true;
    this.#core.stats.counts.limited++;
    const { limit, remaining, resetS } = verdict;
    this.#refuse('too-many-requests', [
      'retry-after',
      String(resetS),
      'ratelimit-limit',
      String(limit),
      'ratelimit-remaining',
      String(remaining),
      'ratelimit-reset',
      String(resetS),
    ]);
    return false;
  }

  /** Decides by the table that applies now; comes again after a hold and after the body has been read. */
  #decide = (): void => {
    if (this.#gone()) return;
    if (this.#live !== this.#core.live) {
      this.#live = this.#core.live;
      this.#match = this.#live.matcher.find(this.#req.method as string, this.#req.url as string);
    }
    const match = this.#match;
    if (match === null) {
      this.#decision = PASS_THROUGH;
      this.#readThenSend();
      return;
    }
    const { route, service } = match.route;
    const pinned = this.#core.pins.get(this.#consumer, route.service);
    const facts = factsOf(
      this.#live,
      match,
      this.#req.headers,
      this.#verified,
      this.#safe,
      pinned,
      this.#core.buckets,
    );
    this.#facts = facts;
    this.#decision = choose(route, service, facts, this.#core.gate.fences, this.#core.gate.leased);
    const unknowable = unverifiable(match, facts, this.#verified);
    if (this.#decision.notFound) this.#refuse('not-found');
    else if (unknowable) this.#refuse(unknowable);
    else if (this.#decision.hold) this.#hold();
    else this.#readThenSend();
  };

  #hold(): void {
    this.#heldSince ??= this.#core.now();
    const expire = () => {
      this.#recordHold();
      this.#core.stats.counts.holdExpired++;
      if (!this.#gone()) this.#refuse('held-too-long');
    };
    const held = this.#core.gate.hold(
      { resume: this.#decide, expire },
      this.#heldSince,
      this.#live.table.holdMs,
    );
    if (held) return;
    this.#heldSince = null;
    this.#refuse('too-many-held');
  }

  #recordHold(): void {
    if (this.#heldSince === null) return;
    this.#core.stats.held(this.#core.now() - this.#heldSince);
    this.#heldSince = null;
  }

  #readThenSend(): void {
    const check = this.#match?.route.validate ?? null;
    const outcome = this.#intake.prepare(this.#bodyLimit, check, (late) => {
      // A fence may have been opened while the body came in.
      if (late === null) this.#decide();
      else if (late === 'gone') this.#endIfDone();
      else this.#refuse(late.code, [], { errors: late.errors });
    });
    if (outcome === 'reading') return;
    if (outcome !== null) {
      this.#refuse(outcome.code, [], { errors: outcome.errors });
      return;
    }
    this.#recordHold();
    this.#enterAndSend();
  }

  #enterAndSend(): void {
    const route = this.#match?.route.route;
    if (route && !this.#safe && route.mode !== 'migrated') {
      this.#inFlight = this.#core.gate.enter(route.service, this.#facts!.key);
    }
    if (this.#decision.shadow) this.#capture = this.#core.shadow.begin(this.#live);
    this.#send(this.#decision.side, null);
  }

  #send(side: Side, not: Instance | null): void {
    const upstream =
      side === 'monolith' ? this.#live.monolith : this.#live.services.get(this.#match!.route.route.service)!;
    const now = this.#core.now();
    const canRescue = this.#decision.fallback !== null && side === this.#decision.side;
    const instance = upstream.pick(not, !canRescue);
    if (instance === null || !upstream.breaker.allows(now)) {
      this.#cell(side).answered(0, 0);
      this.#cell(side).failures++;
      this.#giveUp(side, { notSent: true, timeout: false });
      return;
    }
    this.#tries++;
    const attempt = new Attempt(this, side, upstream, instance, now);
    this.#attempt = attempt;
    const timeoutMs = this.#match?.route.route.limits?.timeoutMs ?? upstream.config.timeoutMs;
    if (!this.#safe) this.#timer ??= setTimeout(onTimeout, timeoutMs, this);
    instance.origin.send(
      {
        method: this.#req.method as string,
        path: this.#req.url as string,
        headers: this.#headersFor(side),
        body: this.#intake.take(this.#bodyLimit),
        timeoutMs: this.#safe ? timeoutMs : timeoutMs + LINGER_MS,
      },
      attempt,
    );
  }

  #headersFor(side: Side): string[] {
    const { list, authorizationAt } = this.#forwarded;
    const exchanged = side === 'monolith' ? this.#verified?.forMonolith : null;
    if (!exchanged || authorizationAt === -1) return list;
    const copy = list.slice();
    copy[authorizationAt] = exchanged;
    return copy;
  }

  onHead(attempt: Attempt, status: number, headers: string[], length: number | null): void {
    if (this.#answered) {
      attempt.discarded = true; // the client has been told that it took too long
      return;
    }
    this.#clearTimer();
    const cell = this.#cell(attempt.side);
    cell.answered(status, this.#core.now() - attempt.startedAt);
    if (status >= 500) cell.failures++;
    if (UNWELL.has(status)) attempt.upstream.failed(attempt.instance);
    else attempt.upstream.succeeded(attempt.instance);
    if (this.#safe && RESCUABLE.has(status) && this.#mayRescue(attempt.side)) {
      attempt.discarded = true;
      this.#rescue(attempt.side);
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
      if (!this.#req.complete) this.#req.resume(); // answered before it was all read
    }
    if (this.#capture !== null && begun) this.#compare(attempt);
    this.#endIfDone();
  }

  onFailed(attempt: Attempt, failure: Failure): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    if (attempt.aborted || failure.error.code === 'body') {
      attempt.upstream.breaker.abandoned();
      if (failure.error.cause instanceof BodyTooLarge) this.#refuse('body-too-large');
      this.#endIfDone();
      return;
    }
    if (this.#answered) {
      this.#endIfDone(); // an unsafe request that had timed out
      return;
    }
    const cell = this.#cell(attempt.side);
    if (this.#reply.begun) {
      attempt.upstream.failed(attempt.instance);
      cell.failures++;
      this.#res.destroy(); // a truncated answer must look truncated
      this.#endIfDone();
      return;
    }
    if (this.#mayRetry(attempt, failure)) {
      this.#core.stats.counts.retries++;
      attempt.upstream.breaker.abandoned();
      attempt.upstream.instanceFailed(attempt.instance);
      this.#send(attempt.side, attempt.instance);
      return;
    }
    attempt.upstream.failed(attempt.instance);
    cell.answered(0, this.#core.now() - attempt.startedAt);
    cell.failures++;
    this.#giveUp(attempt.side, failure);
  }

  /** The client of an unsafe request has waited long enough; the request itself stays in flight. */
  timedOut(): void {
    const attempt = this.#attempt;
    if (attempt === null || this.#answered || this.#reply.begun) return;
    attempt.upstream.failed(attempt.instance);
    const cell = this.#cell(attempt.side);
    cell.answered(0, this.#core.now() - attempt.startedAt);
    cell.failures++;
    this.#refuse('outcome-unknown');
  }

  #mayRetry(attempt: Attempt, failure: Failure): boolean {
    if (this.#tries > 1 || !this.#intake.replayable || this.#closed) return false;
    if (failure.notSent) return attempt.upstream.instances.length > 1;
    return isIdempotent(this.#req.method as string) && !failure.timeout;
  }

  #mayRescue(side: Side): boolean {
    return (
      this.#decision.fallback !== null &&
      side === this.#decision.side &&
      this.#intake.replayable &&
      !this.#closed
    );
  }

  /** The side did not answer: the other one does if it may, else the client gets a problem. */
  #giveUp(side: Side, failure: Pick<Failure, 'notSent' | 'timeout'>): void {
    this.#clearTimer();
    if (this.#mayRescue(side) && this.#safe) {
      this.#rescue(side);
      return;
    }
    if (this.#mayRescue(side) && failure.notSent) {
      void this.#rescueUnsafe(side);
      return;
    }
    if (failure.notSent) this.#refuse('unavailable');
    else if (!this.#safe) this.#refuse('outcome-unknown');
    else this.#refuse(failure.timeout ? 'upstream-timeout' : 'bad-gateway');
  }

  #rescue(side: Side): void {
    this.#cell(side).rescued++;
    this.#core.stats.counts.rescued++;
    this.#capture = null;
    this.#tries = 0;
    this.#send(this.#decision.fallback!, null);
  }

  /** An unsafe request that did not run: the other side may run it once it has everything, and if no fence is open. */
  async #rescueUnsafe(side: Side): Promise<void> {
    const { route, service } = this.#match!.route;
    const { source, gate } = this.#core;
    const settled = await source.settle(route.settle[side], this.#live.table.settleMs).catch(() => false);
    const again = choose(route, service, this.#facts!, gate.fences, gate.leased);
    if (this.#closed || !settled || again.hold !== null || this.#live !== this.#core.live) {
      this.#refuse('unavailable');
      return;
    }
    this.#rescue(side);
  }

  #wavesToSettle(side: Side, status: number): string[][] | null {
    if (this.#safe || this.#match === null || status < 200 || status >= 400) return null;
    const waves = this.#match.route.route.settle[side];
    return waves.length > 0 ? waves : null;
  }

  /** Waits until the other side has the write; when that takes too long the writer's reads stay on this side. */
  async #settle(side: Side, waves: string[][]): Promise<void> {
    const { source, stats, pins } = this.#core;
    const settled = await source.settle(waves, this.#live.table.settleMs).catch(() => false);
    stats.counts.settled++;
    if (settled) return;
    stats.counts.settleTimeouts++;
    if (this.#verified?.state === 'valid')
      pins.pin(this.#consumer, this.#match!.route.route.service, side, waves);
  }

  #relay(status: number, headers: string[], length: number | null): void {
    const list = responseHeaders(headers, this.#forwarded.requestId);
    if (this.#core.draining) list.push('connection', 'close');
    this.#capture?.head(status, headers);
    this.#reply.head(status, list, length);
  }

  #compare(attempt: Attempt): void {
    const capture = this.#capture!;
    this.#capture = null;
    this.#core.shadow.compare({
      live: this.#live,
      match: this.#match!,
      side: attempt.side,
      method: this.#req.method as string,
      target: this.#req.url as string,
      headers: { monolith: this.#headersFor('monolith'), service: this.#headersFor('service') },
      capture,
    });
  }

  #refuse(code: ErrorCode, headers: string[] = [], extra?: Record<string, unknown>): void {
    this.#answered = true;
    if (this.#forwarded) headers.push('x-request-id', this.#forwarded.requestId);
    sendProblem(this.#res, code, headers, extra);
    this.#endIfDone();
  }

  #cell(side: Side): Cells[Side] {
    const match = this.#match;
    return match === null ? this.#core.stats.unmatched[side] : this.#live.cells[match.route.index]![side];
  }

  get #bodyLimit(): number {
    return this.#match?.route.route.limits?.bodyBytes ?? this.#live.table.limits.bodyBytes;
  }

  #gone(): boolean {
    if (!this.#closed) return false;
    this.#recordHold();
    this.#endIfDone();
    return true;
  }

  #clearTimer(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Over when neither the upstream nor the client has anything to come. */
  #endIfDone(): void {
    if (this.#attempt !== null || this.#ended) return;
    if (this.#inFlight !== null && (this.#answered || this.#closed)) {
      this.#core.gate.leave(this.#inFlight);
      this.#inFlight = null;
    }
    if (!this.#closed) return;
    this.#ended = true;
    this.#clearTimer();
    this.#core.ended();
  }
}

const EXCHANGE = Symbol('exchange');
type Owned = ServerResponse & { [EXCHANGE]?: Exchange };

function onClose(this: ServerResponse): void {
  (this as Owned)[EXCHANGE]?.closed();
}

function onTimeout(exchange: Exchange): void {
  exchange.timedOut();
}
