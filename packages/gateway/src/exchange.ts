import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Credentials, credentialsOf } from './authenticate/credentials.ts';
import { JWKS_PATH } from './authenticate/token-signer.ts';
import { isReserved, type Verified } from './authenticate/tokens.ts';
import { choose, type Decision, isBehind, isMoving, type RequestAttributes } from './choose/choose.ts';
import {
  admit,
  attributesOf,
  clientOf,
  consumerOf,
  isSplit,
  keyQuestionOf,
  unverifiable,
} from './choose/request-attributes.ts';
import type { LookedUpKey } from './control/route-table.ts';
import { type ErrorCode, sendProblem, sendWhole } from './errors.ts';
import { Delivery, type DeliveryOwner } from './forward/delivery.ts';
import { refusalHeaders, tellLimit, type Verdict } from './limit/rate-limit.ts';
import { formOverrideCheck } from './match/form-override.ts';
import type { BodyCheck, Match } from './match/match.ts';
import type { RequestTrace } from './observe/tracing/trace.ts';
import { jsonOnly } from './receive/body-stream.ts';
import type { Forwarded } from './receive/headers.ts';
import type { Running } from './receive/pipeline.ts';
import { RequestBody } from './receive/request-body.ts';
import type { CompiledTable } from './worker/compiled-table.ts';
import type { WorkerContext } from './worker/worker-context.ts';

const PASS_THROUGH: Decision = {
  side: 'monolith',
  fallback: null,
  shadow: false,
  hold: null,
  notFound: false,
};

/** One request on its way: admitted, identified, decided, held if it must be, then delivered. */
export class Exchange implements DeliveryOwner, Running {
  readonly #worker: WorkerContext;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  #safe = false;
  #idempotent = false;
  #compiled: CompiledTable;
  #match: Match | null = null;
  #touches: Match | null = null;
  #trace: RequestTrace | null = null;
  #forwarded!: Forwarded;
  #body!: RequestBody;
  #verified: Verified | null = null;
  #consumer: string | null = null;
  /** Null: not counted. */
  #limit: Verdict | null = null;
  #attributes: RequestAttributes | null = null;
  #decision = PASS_THROUGH;
  /** Null: not asked, by the present table. */
  #looked: LookedUpKey | null = null;
  #maybeStale = false;
  #heldSince: number | null = null;
  #delivery: Delivery | null = null;
  #closed = false;
  #ended = false;

  constructor(worker: WorkerContext, req: IncomingMessage, res: ServerResponse) {
    this.#worker = worker;
    this.#req = req;
    this.#res = res;
    this.#compiled = worker.compiled;
    worker.began();
    res.sendDate = false;
  }

  start(): this {
    try {
      this.#admit();
    } catch (error) {
      this.broken(error);
    }
    return this;
  }

  #admit(): void {
    const admitted = admit(this.#compiled, this.#req);
    if (typeof admitted === 'string') {
      this.#worker.stats.counts.refused++;
      this.refuse(admitted);
      return;
    }
    const { forwarded, match } = admitted;
    this.#safe = admitted.safe;
    this.#idempotent = admitted.idempotent;
    this.#forwarded = forwarded;
    this.#body = new RequestBody(this.#req, this.#res, forwarded, this.#worker.uploads);
    this.#match = match;
    const { signer } = this.#compiled.tokens;
    if (signer !== null && this.#req.method === 'GET' && this.#req.url === JWKS_PATH) {
      const headers = ['content-type', 'application/json', 'cache-control', 'public, max-age=60'];
      sendWhole(this.#res, 200, [...headers, 'content-length', String(signer.jwks.length)], signer.jwks);
      return;
    }
    const { tracing } = this.#worker;
    if (tracing) {
      const { method, url } = this.#req as { method: string; url: string };
      this.#trace = tracing.begin(forwarded, method, url, match?.route.route ?? null);
    }
    const sunset = this.#match?.route.route.sunset;
    if (sunset) {
      this.refuse('gone', ['sunset', sunset]);
      return;
    }
    if ((this.#forwarded.contentLength ?? 0) > this.#bodyLimit) {
      this.refuse('body-too-large');
      return;
    }
    const { tokens } = this.#compiled;
    const credentials = credentialsOf(tokens.places, forwarded.authorization, this.#req.headers);
    if (credentials === null) {
      this.#identified(null);
      return;
    }
    const known = tokens.peek(credentials);
    if (known) this.#identified(known);
    else this.#verify(credentials);
  }

  /** Verifying costs more than refusing: an address that has used up its limit has no token looked at. */
  #verify(credentials: Credentials): void {
    const address = consumerOf(this.#compiled, null, this.#forwarded);
    const verdict = address === null ? undefined : this.#compiled.limiter?.look(address, Date.now());
    if (verdict !== undefined && !verdict.allowed) {
      this.#limited(verdict);
      return;
    }
    this.#compiled.tokens
      .verify(credentials)
      .then((verified) => this.#identified(verified))
      .catch((error) => this.broken(error));
  }

  /** The client's connection is gone, or the answer is out. */
  closed(): void {
    this.#closed = true;
    const answered = this.#res.writableFinished;
    if (!answered) this.#worker.stats.counts.clientGone++;
    this.#trace?.ended(answered ? this.#res.statusCode : null);
    this.#delivery?.closed();
    this.#endIfDone();
  }

  refuse(code: ErrorCode, headers: string[] = [], extra?: Record<string, unknown>): void {
    this.#trace?.refused(code);
    if (this.#forwarded) headers.push('x-request-id', this.#forwarded.requestId);
    if (this.#limit !== null) tellLimit(headers, this.#limit);
    const limit = code === 'body-too-large' ? { limitBytes: this.#bodyLimit } : {};
    sendProblem(this.#res, code, headers, { ...limit, ...extra });
  }

  /** A fault of ours: it costs this client its answer, and nobody else anything. */
  broken(error: unknown): void {
    this.#worker.report(error, 'request');
    this.refuse('internal');
    this.#delivery?.abandon();
  }

  delivered(): void {
    this.#delivery = null;
    this.#endIfDone();
  }

  #identified(verified: Verified | null): void {
    if (this.#gone()) return;
    this.#verified = verified;
    if (isReserved(verified)) {
      this.refuse('reserved-token');
      return;
    }
    this.#consumer = consumerOf(this.#compiled, verified, this.#forwarded);
    if (this.#compiled.limiter && this.#consumer !== null && !this.#withinLimit(this.#consumer)) return;
    this.#decide();
  }

  #withinLimit(consumer: string): boolean {
    const verdict = this.#compiled.limiter!.take(consumer, Date.now());
    if (verdict.allowed) this.#limit = verdict;
    else this.#limited(verdict);
    return verdict.allowed;
  }

  #limited(verdict: Verdict): void {
    this.#limit = verdict;
    this.#worker.stats.counts.limited++;
    this.refuse('too-many-requests', refusalHeaders(verdict));
  }

  /** Decides by the table that applies now; comes again after a hold and after the body has been read. */
  #decide(): void {
    if (this.#gone()) return;
    try {
      this.#choose();
    } catch (error) {
      this.broken(error);
    }
  }

  #choose(): void {
    if (this.#compiled !== this.#worker.compiled) {
      this.#compiled = this.#worker.compiled;
      this.#match = this.#compiled.matcher.find(this.#req.method as string, this.#req.url as string);
      this.#looked = null;
    }
    // A write that no route names goes to the monolith; on the path of a route it may write what a fence is moving.
    const target = this.#req.url as string;
    const match = this.#match ?? (this.#safe ? null : this.#compiled.matcher.neighbour(target));
    this.#touches = match;
    if (match === null) {
      this.#decision = PASS_THROUGH;
      this.#readThenSend();
      return;
    }
    if (!this.#keyKnown(match)) return;
    const { route, service } = match.route;
    const pinned = this.#consumer === null ? null : this.#worker.pins.get(this.#consumer, route.service);
    this.#maybeStale = this.#safe && !this.#worker.pins.sure && this.#maybeLate(match);
    const attributes = attributesOf(
      this.#compiled,
      match,
      this.#req,
      this.#verified,
      this.#safe,
      pinned,
      this.#worker.buckets,
      this.#looked,
    );
    this.#attributes = attributes;
    // Whose row it reads cannot be told, so it may be read on the other side than its owner writes.
    this.#maybeStale ||= this.#safe && attributes.unclear && this.#looked !== null && route.mode === 'hybrid';
    // Another worker may know already that the fence is over, and have answered a write on the other side.
    this.#maybeStale ||= this.#safe && isMoving(route, attributes, this.#worker.holds.fences);
    this.#maybeStale ||= isBehind(route, attributes);
    // Reads need no lease, and the clock is not asked for them.
    const leased = this.#safe || this.#worker.holds.leased;
    this.#decision = choose(route, service, attributes, this.#worker.holds.fences, leased);
    this.#maybeStale ||= this.#safe && this.#lacksWhatOthersWrote(match);
    if (this.#match === null) {
      this.#decision = { ...PASS_THROUGH, hold: this.#decision.hold };
      if (this.#decision.hold) this.#hold();
      else this.#readThenSend();
      return;
    }
    const unknowable = unverifiable(match, attributes, this.#verified, this.#worker.holds.fences);
    if (this.#decision.notFound) this.refuse('not-found');
    else if (unknowable) this.refuse(unknowable);
    else if (this.#decision.hold) this.#hold();
    else this.#readThenSend();
  }

  /** False: the key is asked for, and the decision comes again with the answer. */
  #keyKnown(match: Match): boolean {
    if (this.#looked !== null) return true;
    const question = keyQuestionOf(match);
    if (question === null) return true;
    const { lookup, holds } = this.#worker;
    // A row may have got another owner since: on the old one's side a write would be undone.
    const fresh = !this.#safe && isSplit(match, holds.fences);
    this.#looked = lookup.peek(question, fresh) ?? null;
    if (this.#looked !== null) return true;
    const asked = this.#compiled;
    void lookup.ask(question).then((looked) => {
      // By another table the question may be another one.
      if (this.#compiled === asked) this.#looked = looked;
      this.#decide();
    });
    return false;
  }

  /** There are pins and marks only of routes that both sides answer. */
  #maybeLate({ route: { route } }: Match): boolean {
    return route.mode === 'hybrid' && this.#compiled.pinnable.has(route.service);
  }

  #lacksWhatOthersWrote({ route: { route } }: Match): boolean {
    return route.mode === 'hybrid' && this.#worker.pins.isLate(route.service, this.#decision.side);
  }

  #hold(): void {
    this.#heldSince ??= this.#worker.now();
    const expire = () => {
      this.#recordHold();
      this.#worker.stats.counts.holdExpired++;
      if (!this.#gone()) this.refuse('held-too-long');
    };
    const held = this.#worker.holds.hold(
      { resume: () => this.#decide(), expire },
      this.#heldSince,
      this.#compiled.table.holdMs,
    );
    if (held) return;
    this.#heldSince = null;
    this.refuse('too-many-held');
  }

  #recordHold(): void {
    if (this.#heldSince === null) return;
    const heldMs = this.#worker.now() - this.#heldSince;
    this.#worker.stats.held(heldMs);
    this.#trace?.held(heldMs);
    this.#heldSince = null;
  }

  #readThenSend(): void {
    const check = this.#bodyCheck();
    if (check === null && !this.#body.hasBody) {
      this.#deliver();
      return;
    }
    const outcome = this.#body.prepare(
      { bytes: this.#bodyLimit, idleMs: this.#compiled.limits.uploadIdleMs },
      check,
      (late) => {
        // A fence may have been opened while the body came in.
        if (late === null) this.#decide();
        else if (late === 'gone') this.#endIfDone();
        else if (late instanceof Error) this.broken(late);
        else this.refuse(late.code, [], { errors: late.errors });
      },
    );
    if (outcome === 'reading') return;
    if (outcome !== null) {
      this.refuse(outcome.code, [], { errors: outcome.errors });
      return;
    }
    this.#deliver();
  }

  #bodyCheck(): BodyCheck | null {
    const { matcher } = this.#compiled;
    const schema = this.#match === null ? this.#unmovedCheck() : this.#match.route.validate;
    if (schema) return jsonOnly(this.#req, schema);
    return this.#body.hasBody ? formOverrideCheck(this.#req, this.#match, matcher) : null;
  }

  #unmovedCheck(): BodyCheck | null {
    if (this.#safe) return null;
    return this.#compiled.matcher.unmoved(this.#req.method as string, this.#req.url as string).validate;
  }

  #deliver(): void {
    this.#recordHold();
    this.#delivery = new Delivery(
      {
        worker: this.#worker,
        compiled: this.#compiled,
        req: this.#req,
        res: this.#res,
        safe: this.#safe,
        idempotent: this.#idempotent,
        forwarded: this.#forwarded,
        body: this.#body,
        bodyLimit: this.#bodyLimit,
        verified: this.#verified,
        consumer: this.#consumer,
        limit: this.#limit,
        client: clientOf(this.#forwarded),
        decision: this.#decision,
        match: this.#match,
        touches: this.#touches,
        attributes: this.#attributes,
        maybeStale: this.#maybeStale,
        trace: this.#trace,
      },
      this,
    );
    this.#delivery.start();
  }

  get #bodyLimit(): number {
    return this.#match?.route.route.limits?.bodyBytes ?? this.#compiled.table.limits.bodyBytes;
  }

  #gone(): boolean {
    if (!this.#closed) return false;
    this.#recordHold();
    this.#endIfDone();
    return true;
  }

  /** Over when neither an upstream nor the client has anything to come. */
  #endIfDone(): void {
    if (this.#ended || !this.#closed || this.#delivery !== null) return;
    this.#ended = true;
    this.#worker.ended();
  }
}
