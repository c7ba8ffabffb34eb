import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client, type Dispatcher } from 'undici';
import { changes, choose, cohortOf } from './choose.ts';
import type { Core } from './core.ts';
import { credentialsOf } from './credentials.ts';
import { ERRORS, type ErrorCode, rawProblem } from './errors.ts';
import { type Admitted, admit, consumerOf, factsOf, unverifiable } from './facts.ts';
import { passTrace } from './headers.ts';
import { headersOf } from './order.ts';
import type { Fence, Side } from './route-table.ts';
import type { Verified } from './tokens.ts';
import type { RequestTrace } from './tracing/trace.ts';

/** A connection that has been upgraded. `key` is its bucket, null when it has none. */
type Open = { service: string; key: number | null; side: Side; close: () => void };

/** Only WebSockets: an upgrade to h2c would carry requests past every check. */
export function isWebSocket(req: IncomingMessage): boolean {
  return req.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Passes WebSocket upgrades through. What is said on such a connection cannot be seen, so it counts as unsafe: a fence
 * over its key closes it (clients connect again) and holds new ones.
 */
export class Upgrades {
  readonly #core: Core;
  readonly #open = new Set<Open>();

  constructor(core: Core) {
    this.#core = core;
  }

  get openNow(): number {
    return this.#open.size;
  }

  handle(req: IncomingMessage, socket: Socket, head: Buffer): undefined {
    socket.on('error', () => socket.destroy());
    const { live, tracing } = this.#core;
    const admitted = admit(live, req);
    if (typeof admitted === 'string') return this.#refuse(socket, admitted);
    const { forwarded, match } = admitted;
    const trace =
      tracing?.begin(forwarded, req.method as string, req.url as string, match?.route.route ?? null) ?? null;
    if (forwarded.chunked || (forwarded.contentLength ?? 0) > 0)
      return this.#refuse(socket, 'bad-request', trace);
    const credentials = credentialsOf(live.tokens.places, forwarded.authorization, req.headers);
    const go = (verified: Verified | null) =>
      this.#decide({ req, socket, head, admitted, verified, since: null, trace });
    if (credentials === null) go(null);
    else
      live.tokens
        .verify(credentials)
        .then(go)
        .catch((error) => {
          this.#core.report(error, 'upgrade');
          this.#refuse(socket, 'internal', trace);
        });
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

  #decide(request: Upgrade): undefined {
    const { req, socket, admitted, verified, trace } = request;
    if (socket.destroyed) {
      trace?.ended(null);
      return;
    }
    const { live, gate, stats } = this.#core;
    if (request.since === null && live.limiter) {
      const consumer = consumerOf(live, verified, admitted.forwarded);
      if (consumer !== null && !live.limiter.take(consumer, Date.now()).allowed) {
        stats.counts.limited++;
        return this.#refuse(socket, 'too-many-requests', trace);
      }
    }
    const match = live.matcher.find(req.method as string, req.url as string);
    if (match === null) return this.#send(request, { service: '', key: null, side: 'monolith' }, null);
    const { route, service } = match.route;
    const facts = factsOf(live, match, req, verified, false, null, this.#core.buckets);
    const decision = choose(route, service, facts, gate.fences, gate.leased);
    if (decision.notFound) return this.#refuse(socket, 'not-found', trace);
    const unknowable = unverifiable(match, facts, verified, gate.fences);
    if (unknowable) return this.#refuse(socket, unknowable, trace);
    if (decision.hold === null) {
      const cohort = cohortOf(route, service.share, facts);
      trace?.decided(route.mode, decision.side, cohort);
      return this.#send(
        { ...request, admitted: { ...admitted, match } },
        {
          service: route.service,
          key: facts.key,
          side: decision.side,
        },
        cohort,
      );
    }
    const since = request.since ?? this.#core.now();
    const held = gate.hold(
      {
        resume: () => this.#decide({ ...request, since }),
        expire: () => this.#refuse(socket, 'held-too-long', trace),
      },
      since,
      live.table.holdMs,
    );
    if (!held) this.#refuse(socket, 'too-many-held', trace);
  }

  #send(request: Upgrade, to: Omit<Open, 'close'>, cohort: Side | null): undefined {
    const { req, socket, head, admitted, verified, trace } = request;
    const { live, stats } = this.#core;
    const upstream = to.side === 'monolith' ? live.monolith : live.services.get(to.service)!;
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
    const inFlight = to.service === '' ? null : this.#core.gate.enter(to.service, to.key);
    const leave = () => {
      if (inFlight) this.#core.gate.leave(inFlight);
    };
    // A connection of its own: it is given away with the upgrade.
    const connection = new Client(instance.origin.url, { allowH2: false, connectTimeout: 2_000 });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onRequestUpgrade: (controller, status, _headers, upstreamSocket) => {
        void connection.close();
        stats.counts.upgrades++;
        answered(status);
        socket.write(headOf(status, 'Switching Protocols', controller.rawHeaders as RawHeaders, []));
        this.#join(socket, upstreamSocket, head, to);
        leave();
      },
      onResponseStart(controller, status, _headers, text) {
        const raw = controller.rawHeaders as RawHeaders;
        socket.write(headOf(status, text ?? '', raw, ['connection', 'keep-alive', 'transfer-encoding']));
        answered(status);
      },
      onResponseData(_controller, chunk) {
        socket.write(chunk);
      },
      onResponseEnd() {
        void connection.close();
        leave();
        socket.end();
      },
      onResponseError: () => {
        void connection.close();
        leave();
        if (socket.bytesWritten > 0) {
          socket.destroy();
          return;
        }
        call?.failed('upstream');
        this.#refuse(socket, 'bad-gateway', trace);
      },
    };
    const headers = headersOf(admitted.forwarded, verified, to.side, call?.traceparent);
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

  #refuse(socket: Socket, code: ErrorCode, trace: RequestTrace | null = null): undefined {
    this.#core.stats.counts.refused++;
    trace?.refused(code);
    trace?.ended(ERRORS[code].status);
    if (!socket.destroyed) socket.end(rawProblem(code));
  }
}

type RawHeaders = readonly (Buffer | string)[];

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

function headOf(status: number, text: string, raw: RawHeaders, without: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${text}\r\n`;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1');
    if (!without.includes(name.toLowerCase())) head += `${name}: ${raw[i + 1]!.toString('latin1')}\r\n`;
  }
  return `${head}${without.length > 0 ? 'connection: close\r\n' : ''}\r\n`;
}
