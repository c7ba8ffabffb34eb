import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client, type Dispatcher } from 'undici';
import { credentialsOf } from '../authenticate/credentials.ts';
import { isReserved, type Verified } from '../authenticate/tokens.ts';
import { changes, choose, cohortOf } from '../choose/choose.ts';
import {
  type Admitted,
  admit,
  attributesOf,
  consumerOf,
  unverifiable,
} from '../choose/request-attributes.ts';
import type { Fence, Side } from '../control/route-table.ts';
import { ERRORS, type ErrorCode, rawProblem } from '../errors.ts';
import { headersOf } from '../forward/routed-request.ts';
import { refusalHeaders, tellLimit } from '../limit/rate-limit.ts';
import type { RequestTrace } from '../observe/tracing/trace.ts';
import { passTrace } from '../receive/headers.ts';
import type { WorkerContext } from '../worker/worker-context.ts';
import { DeniedUpgrade, textsOf } from './denied-upgrade.ts';

/** A connection that has been upgraded. `key` is its bucket, null when it has none. */
type Open = { service: string; key: number | null; side: Side; close: () => void };

/** Only WebSockets: an upgrade to h2c would carry requests past every check. */
export function isWebSocket(req: IncomingMessage): boolean {
  return (
    req.headers.upgrade?.toLowerCase() === 'websocket' && req.method === 'GET' && req.httpVersion === '1.1'
  );
}

/**
 * Passes WebSocket upgrades through. What is said on such a connection cannot be seen, so it counts as unsafe: a fence
 * over its key closes it (clients connect again) and holds new ones.
 */
export class Upgrades {
  readonly #worker: WorkerContext;
  readonly #open = new Set<Open>();

  constructor(worker: WorkerContext) {
    this.#worker = worker;
  }

  get openNow(): number {
    return this.#open.size;
  }

  handle(req: IncomingMessage, socket: Socket, head: Buffer): undefined {
    socket.on('error', () => socket.destroy());
    void this.#admit(req, socket, head);
  }

  /** Closes the connections of keys that a fence moves. */
  closeFenced(fence: Fence): void {
    for (const open of this.#open) {
      if (open.service === fence.service && changes(fence, open.key)) open.close();
    }
  }

  stop(): void {
    for (const open of this.#open) open.close();
  }

  /** Never rejects: what throws here is the end of this connection only. */
  async #admit(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    let trace: RequestTrace | null = null;
    try {
      const { compiled, tracing } = this.#worker;
      const admitted = admit(compiled, req);
      if (typeof admitted === 'string') return this.#refuse(socket, admitted);
      const { forwarded, match } = admitted;
      trace =
        tracing?.begin(forwarded, req.method as string, req.url as string, match?.route.route ?? null) ??
        null;
      if (forwarded.chunked || (forwarded.contentLength ?? 0) > 0)
        return this.#refuse(socket, 'bad-request', trace);
      const credentials = credentialsOf(compiled.tokens.places, forwarded.authorization, req.headers);
      const verified = credentials === null ? null : await compiled.tokens.verify(credentials);
      if (isReserved(verified)) return this.#refuse(socket, 'reserved-token', trace);
      this.#decide({ req, socket, head, admitted, verified, since: null, trace });
    } catch (error) {
      this.#fail(error, socket, trace);
    }
  }

  #decide(request: Upgrade): undefined {
    const { req, socket, admitted, verified, trace } = request;
    if (socket.destroyed) {
      trace?.ended(null);
      return;
    }
    const { compiled, holds, stats } = this.#worker;
    if (request.since === null && compiled.limiter) {
      const consumer = consumerOf(compiled, verified, admitted.forwarded);
      const verdict = consumer === null ? null : compiled.limiter.take(consumer, Date.now());
      if (verdict !== null && !verdict.allowed) {
        stats.counts.limited++;
        const headers = refusalHeaders(verdict);
        tellLimit(headers, verdict);
        return this.#refuse(socket, 'too-many-requests', trace, headers);
      }
    }
    const match = compiled.matcher.find(req.method as string, req.url as string);
    if (match === null) return this.#send(request, { service: '', key: null, side: 'monolith' }, null);
    const { route, service } = match.route;
    const attributes = attributesOf(compiled, match, req, verified, false, null, this.#worker.buckets, null);
    const decision = choose(route, service, attributes, holds.fences, holds.leased);
    if (decision.notFound) return this.#refuse(socket, 'not-found', trace);
    const unknowable = unverifiable(match, attributes, verified, holds.fences);
    if (unknowable) return this.#refuse(socket, unknowable, trace);
    if (decision.hold === null) {
      const cohort = cohortOf(route, service.share, attributes);
      trace?.decided(route.mode, decision.side, cohort);
      return this.#send(
        { ...request, admitted: { ...admitted, match } },
        {
          service: route.service,
          key: attributes.key,
          side: decision.side,
        },
        cohort,
      );
    }
    const since = request.since ?? this.#worker.now();
    const held = holds.hold(
      {
        resume: () => {
          try {
            this.#decide({ ...request, since });
          } catch (error) {
            this.#fail(error, socket, trace);
          }
        },
        expire: () => this.#refuse(socket, 'held-too-long', trace),
      },
      since,
      compiled.table.holdMs,
    );
    if (!held) this.#refuse(socket, 'too-many-held', trace);
  }

  #send(request: Upgrade, to: Omit<Open, 'close'>, cohort: Side | null): undefined {
    const { req, socket, head, admitted, verified, trace } = request;
    const { compiled, stats } = this.#worker;
    const upstream = to.side === 'monolith' ? compiled.monolith : compiled.services.get(to.service)!;
    const instance = upstream.pick(null, true);
    if (instance === null) return this.#refuse(socket, 'unavailable', trace);
    passTrace(admitted.forwarded, cohort);
    const call = trace?.attempt({
      side: to.side,
      upstream: upstream.name,
      url: instance.origin.url,
      method: req.method as string,
      resends: 0,
      shadow: false,
    });
    const answered = (status: number) => {
      call?.answered(status);
      call?.ended();
      trace?.ended(status);
    };
    // A connection of its own: it is given away with the upgrade.
    const connection = new Client(instance.origin.url, { allowH2: false, connectTimeout: 2_000 });
    const denied = new DeniedUpgrade(
      req,
      socket,
      admitted.forwarded.requestId,
      compiled.limits.downloadIdleMs,
    );
    const headers = headersOf(
      { compiled, match: admitted.match, forwarded: admitted.forwarded, verified },
      to.side,
      call?.traceparent,
    );
    // Nothing may throw between this and the dispatch: a fence would wait for a request that is not there.
    const inFlight = to.service === '' ? null : this.#worker.holds.enter(to.service, to.key);
    const close = () => {
      connection.close().catch(() => {}); // it is gone already
      if (inFlight) this.#worker.holds.leave(inFlight);
    };
    const failed = () => {
      close();
      if (denied.begun) {
        socket.destroy();
        return;
      }
      call?.failed('upstream');
      this.#refuse(socket, 'bad-gateway', trace);
    };
    let abort = () => {};
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        abort = () => controller.abort(new Error('the client is gone'));
        socket.once('close', abort);
      },
      onRequestUpgrade: (controller, status, _headers, upstreamSocket) => {
        socket.off('close', abort);
        const switched = textsOf(controller.rawHeaders);
        if (!isToWebSocket(switched)) {
          upstreamSocket.destroy();
          failed();
          return;
        }
        stats.counts.upgrades++;
        answered(status);
        socket.write(headOf(status, switched), 'latin1');
        this.#join(socket, upstreamSocket, head, to);
        // One that was opened meanwhile has not seen it.
        for (const fence of this.#worker.holds.fences) this.closeFenced(fence);
        close();
      },
      onResponseStart(controller, status) {
        if (status < 200) return;
        denied.head(controller, status);
        answered(status);
      },
      onResponseData: (controller, chunk) => denied.data(controller, chunk),
      onResponseEnd() {
        close();
        denied.end();
      },
      onResponseError: failed,
    };
    connection.dispatch(
      {
        path: req.url as string,
        method: req.method as Dispatcher.HttpMethod,
        headers,
        upgrade: 'websocket',
        headersTimeout: upstream.config.timeoutMs,
      },
      handler,
    );
  }

  #join(client: Socket, upstream: Duplex, head: Buffer, to: Omit<Open, 'close'>): void {
    const open: Open = {
      ...to,
      close: () => {
        client.destroy();
        upstream.destroy();
      },
    };
    this.#open.add(open);
    const close = () => {
      this.#open.delete(open);
      open.close();
    };
    client.setTimeout(0);
    client.setNoDelay(true);
    client.on('close', close);
    upstream.on('close', close).on('error', close);
    if (head.length > 0) upstream.write(head);
    client.pipe(upstream).pipe(client);
  }

  #fail(error: unknown, socket: Socket, trace: RequestTrace | null): void {
    this.#worker.report(error, 'upgrade');
    this.#refuse(socket, 'internal', trace);
  }

  #refuse(
    socket: Socket,
    code: ErrorCode,
    trace: RequestTrace | null = null,
    headers: readonly string[] = [],
  ): undefined {
    this.#worker.stats.counts.refused++;
    trace?.refused(code);
    trace?.ended(ERRORS[code].status);
    if (!socket.destroyed) socket.end(rawProblem(code, headers));
  }
}

type Upgrade = {
  req: IncomingMessage;
  socket: Socket;
  head: Buffer;
  admitted: Admitted;
  verified: Verified | null;
  /** When it began to be held, monotonic milliseconds. */
  since: number | null;
  /** Null: not recorded. It ends with the answer to the upgrade, not with the connection. */
  trace: RequestTrace | null;
};

/** Has the upstream changed to what was asked for, and to nothing else? Over another protocol requests could be sent unseen. */
function isToWebSocket(headers: readonly string[]): boolean {
  const names = headers.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : ''));
  const at = names.indexOf('upgrade');
  if (at === -1 || at !== names.lastIndexOf('upgrade')) return false;
  return headers[at + 1]!.trim().toLowerCase() === 'websocket' && !names.includes('transfer-encoding');
}

/** A length says nothing in a 101, and is left out. */
function headOf(status: number, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} Switching Protocols\r\n`;
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]!.toLowerCase() !== 'content-length') head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n`;
}
