import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { Compile } from 'typebox/compile';
import { Agent } from 'undici';
import { inSpan, SpanKind, traceCarrier } from '../telemetry/trace.ts';
import { composeHeaders, composePath, type Input, withDeadline } from './compose.ts';
import { CallError } from './errors.ts';
import { type Callable, exchange } from './exchange.ts';
import {
  type Attempt,
  BrokenCircuitError,
  BulkheadRejectedError,
  createLane,
  type Lane,
  type PolicyChanges,
} from './lane.ts';
import { callMetrics } from './metrics.ts';
import type { Operation, OperationAnswer, OperationInput } from './operation.ts';
import { pauseBeforeRetry } from './retry.ts';
import { callScope, remainingMs } from './scope.ts';

type Operations = Record<string, Operation>;

/** Where instances of a service are: what `discovery` is asked. */
export type InstanceSource = { resolve(service: string): Promise<readonly { url: string }[]> };

export type CallOptions = {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** All attempts together, ms; the caller's own deadline counts if it is nearer. */
  deadlineMs?: number;
  /** For a POST; with it the call may be repeated. Default: a fresh one, which is the same for attempts of one call. */
  idempotencyKey?: string;
};

type Call<O> =
  unknown extends OperationInput<O>
    ? (input?: Record<never, never>, options?: CallOptions) => Promise<OperationAnswer<O>>
    : (input: OperationInput<O>, options?: CallOptions) => Promise<OperationAnswer<O>>;

type Fallback<O> =
  | OperationAnswer<O>
  | ((error: CallError, input: OperationInput<O>) => OperationAnswer<O> | Promise<OperationAnswer<O>>);

/** A method for each operation. Disposing of it closes its connections. */
export type ServiceClient<Ops extends Operations> = {
  [Name in keyof Ops]: Call<Ops[Name]>;
} & AsyncDisposable;

export type ClientOptions<Ops extends Operations> = {
  /** How services are called, unless `services` says otherwise. */
  policy?: PolicyChanges;
  /** By service: what is different for it, e.g. `{ users: { breaker: { failures: 3, openMs: 30_000 } } }`. */
  services?: Record<string, PolicyChanges>;
  /** Stands in when a service gives no good answer: a value, or a function of the error. A refusal (4xx) is an answer. */
  fallback?: { [Name in keyof Ops]?: Fallback<Ops[Name]> };
  /**
   * Whose token calls carry: `caller`, that of the request being answered, or this service's own outside one; `service`,
   * always its own; `none`. Default `caller`.
   */
  identity?: 'caller' | 'service' | 'none';
  /** This service's own token for another, asked for at each call that needs it: `tokenFor`. */
  token?: (service: string) => string | Promise<string>;
  metrics?: Registry;
} & (
  | { discovery: InstanceSource }
  /** By service: origins, e.g. `{ users: ['http://127.0.0.1:4001'] }`. */
  | { baseUrls: Record<string, readonly string[]> }
);

/**
 * A client of other services from their contract: a typed method for each operation. Every call has a deadline, is
 * spread over the instances, retried if that does no harm and the budget lasts, refused at once while the circuit is
 * open, and carries trace, cohort and identity on. Throws `CallError`.
 *
 * @example
 * const calls = serviceClient(contracts.operations, { discovery });
 * const user = await calls.getUser({ params: { id: 7 } });
 */
export function serviceClient<const Ops extends Operations>(
  operations: Ops,
  options: ClientOptions<Ops>,
): ServiceClient<Ops> {
  const agent = new Agent({ connections: 128 });
  const metrics = callMetrics(options.metrics);
  const lanes = new Map<string, Lane>();
  const source = 'discovery' in options ? options.discovery : fixed(options.baseUrls);
  const methods = Object.entries(operations).map(([name, operation]) => {
    const { service, answer } = operation;
    if (!lanes.has(service)) lanes.set(service, createLane(options.policy, options.services?.[service]));
    const compiled = answer && Compile(answer);
    const callable: Callable = { name, operation, check: compiled && ((value) => compiled.Check(value)) };
    const make = createCall({ agent, callable, lane: lanes.get(service)!, source, options, metrics });
    return [name, make] as const;
  });
  return {
    ...Object.fromEntries(methods),
    [Symbol.asyncDispose]: () => agent.destroy(),
  } as ServiceClient<Ops>;
}

type CallParts = {
  agent: Agent;
  callable: Callable;
  lane: Lane;
  source: InstanceSource;
  options: {
    fallback?: Record<string, unknown>;
    identity?: ClientOptions<Operations>['identity'];
    token?: ClientOptions<Operations>['token'];
  };
  metrics: ReturnType<typeof callMetrics>;
};

function createCall({ agent, callable, lane, source, options, metrics }: CallParts) {
  const { name, operation } = callable;
  const { service, method } = operation;
  const { policy } = lane;
  const fallback = options.fallback?.[name];

  /** The call as its user makes it: measured, traced, with a fallback. */
  return async (input: Input = {}, callOptions: CallOptions = {}): Promise<unknown> => {
    const startedAt = performance.now();
    const done = (outcome: string) => {
      metrics.called(service, name, outcome, (performance.now() - startedAt) / 1_000);
      metrics.circuit(service, lane.circuit());
    };
    try {
      const answer = await inSpan(
        `${service}.${name}`,
        {
          kind: SpanKind.CLIENT,
          attributes: {
            'http.request.method': method,
            'url.template': operation.path,
            'peer.service': service,
          },
        },
        () => withinDeadline(input, callOptions),
      );
      done('ok');
      return answer;
    } catch (error) {
      if (!(error instanceof CallError) || fallback === undefined || NO_FALLBACK.has(error.code)) {
        done(error instanceof CallError ? error.code : 'error');
        throw error;
      }
      done('fallback');
      return typeof fallback === 'function' ? await fallback(error, input) : fallback;
    }
  };

  async function withinDeadline(input: Input, { signal, deadlineMs, idempotencyKey }: CallOptions) {
    const limit = Math.min(deadlineMs ?? policy.deadlineMs, remainingMs() ?? Number.POSITIVE_INFINITY);
    if (signal?.aborted) throw fail('CANCELLED', 'its signal was aborted before it began', signal.reason);
    if (limit <= 0) throw fail('DEADLINE', 'no time is left');
    const deadlineAt = performance.now() + limit;
    const path = composePath(name, operation, input);
    const body = input.body === undefined ? undefined : JSON.stringify(input.body);
    const headers = composeHeaders({
      operation,
      hasBody: body !== undefined,
      idempotencyKey,
      authorization: await authorize(service, options),
      scope: callScope(),
      trace: traceCarrier(),
    });
    const idempotent = operation.idempotent ?? (IDEMPOTENT.has(method) || idempotencyKey !== undefined);
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(OVER), limit);
    const cancel = () => ended.abort(signal!.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      lane.budget.call(performance.now());
      return await lane.admit(
        () => attempts({ path, headers, body, idempotent, deadlineAt, signal: ended.signal }),
        ended.signal,
      );
    } catch (error) {
      if (error instanceof CallError) throw error;
      if (signal?.aborted) throw fail('CANCELLED', 'its signal was aborted', error);
      if (ended.signal.aborted) throw fail('DEADLINE', `no answer within ${Math.round(limit)} ms`);
      if (error instanceof BulkheadRejectedError) throw fail('BULKHEAD_FULL', error.message, error, 1);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  async function attempts(call: {
    path: string;
    headers: Record<string, string>;
    body: string | undefined;
    idempotent: boolean;
    deadlineAt: number;
    signal: AbortSignal;
  }): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const result = await guarded(call);
      if ('answer' in result) return result.answer;
      if (call.signal.aborted) throw result.error;
      const now = performance.now();
      const wait = pauseBeforeRetry(
        { ...result, attempt, idempotent: call.idempotent, remainingMs: call.deadlineAt - now },
        policy.retry,
        lane.budget,
        now,
        Math.random(),
      );
      if (wait === undefined) throw result.error;
      metrics.retried(service, name);
      await pause(wait, undefined, { signal: call.signal });
    }
  }

  /** An attempt behind the circuit breaker. */
  async function guarded(call: Parameters<typeof attempts>[0]): Promise<Attempt<unknown>> {
    try {
      return await lane.attempt(() => once(call), call.signal);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw fail('CIRCUIT_OPEN', 'its circuit is open', error, Math.ceil(policy.breaker.openMs / 1_000));
    }
  }

  /** One attempt at one instance. */
  async function once({ path, headers, body, deadlineAt, signal }: Parameters<typeof attempts>[0]) {
    const instances = await source.resolve(service);
    const now = performance.now();
    const origin = lane.balance.pick(
      instances.map(({ url }) => url),
      now,
    );
    if (origin === undefined) {
      const error = fail('UNAVAILABLE', 'no instance of it is known');
      return { error, unsent: true, verdict: 'broken' as const };
    }
    const remaining = deadlineAt - now;
    const given = Math.min(policy.timeoutMs, remaining);
    const attemptSignal = new AbortController();
    const stop = () => attemptSignal.abort();
    const timer = setTimeout(stop, given);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const sent = {
        origin,
        path,
        headers: withDeadline(headers, given),
        body,
        answerBytes: policy.answerBytes,
      };
      const result = await exchange(agent, callable, sent, attemptSignal.signal);
      if ('answer' in result || result.verdict === 'alive') lane.balance.succeeded(origin);
      else if (hasHadTime(result.error, given, signal)) lane.balance.failed(origin, performance.now());
      else return { ...result, verdict: 'unknown' as const };
      return result;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Not fair: to hold against a service that its caller gave it hardly any time, or turned away. */
  function hasHadTime(error: CallError, given: number, signal: AbortSignal): boolean {
    if (error.code !== 'DEADLINE') return true;
    return given >= policy.timeoutMs / 2 && (!signal.aborted || signal.reason === OVER);
  }

  function fail(code: CallError['code'], reason: string, cause?: unknown, retryAfterSeconds?: number) {
    return new CallError(code, { service, operation: name, reason, cause, retryAfterSeconds });
  }
}

/** Why a call's signal is aborted when it is not its user who did it. */
const OVER = new Error('the deadline has passed');
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE']);
/** An answer, the caller's wish, and the caller's mistake: nothing that a fallback could make good. */
const NO_FALLBACK: ReadonlySet<string> = new Set(['REFUSED', 'CANCELLED', 'BAD_INPUT']);

async function authorize(
  service: string,
  { identity = 'caller', token }: CallParts['options'],
): Promise<string | undefined> {
  if (identity === 'none') return undefined;
  const scope = callScope();
  // Inside a request without a token its caller is nobody, and nobody's call must not get the rights of this service.
  if (identity === 'caller' && scope) return scope.authorization;
  return token && `Bearer ${await token(service)}`;
}

function fixed(baseUrls: Record<string, readonly string[]>): InstanceSource {
  const instances = new Map(
    Object.entries(baseUrls).map(([service, urls]) => [service, urls.map((url) => ({ url: originOf(url) }))]),
  );
  return { resolve: async (service) => instances.get(service) ?? [] };
}

function originOf(url: string): string {
  const { origin, pathname } = new URL(url);
  if (pathname !== '/')
    throw new TypeError(`A base URL has no path, as operations have whole ones: ${origin}/...`);
  return origin;
}
