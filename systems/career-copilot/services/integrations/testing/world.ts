import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { openPostgresBus } from '@banyan/events/machinery';
import type { RunningService } from '@banyan/service';
import { eventOf, said } from '../../../kit/testing/events.ts';
import { type GatewayDouble, startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Answer, request } from '../../../kit/testing/request.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { integrations } from '../main.ts';
import { contracts } from '../messages.ts';

/** The service with what is around it: tokens, a bus on which others say what they do, and what it says itself. */
export type World = {
  service: RunningService;
  gateway: GatewayDouble;
  call(as: number, method: string, path: string, body?: unknown): Promise<Answer>;
  /** Says on the bus what another service would. */
  tell(type: keyof typeof contracts.events & string, data: Record<string, unknown>): Promise<void>;
  /** What the service has said so far. */
  said(type: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
};

/** `answer` stands for the rest of the system behind the gateway. */
export async function startWorld({
  env = {},
  answer,
}: {
  env?: Record<string, string>;
  answer?: RequestListener;
} = {}): Promise<World> {
  const gateway = await startGatewayDouble(answer);
  const told = await variablesOf('integrations', { API_URL: gateway.url, ...env });
  const bus = await openPostgresBus({ url: told.BUS_URL! });
  const service = await integrations.start(told);
  return {
    service,
    gateway,
    call: (as, method, path, body) =>
      request(service.url, method, `/integrations${path}`, { token: gateway.token(as), body }),
    tell: async (type, data) => await bus.publish([eventOf(contracts, type, data)]),
    said: (type) => said(service, type),
    stop: async () => {
      await service.close();
      await bus.close();
      gateway.close();
    },
  };
}

type Received = { path: string; headers: IncomingHttpHeaders; body: string; at: Date };

/** Somebody who is told by webhooks: answers each path as it is said to. */
export type Receiver = {
  url: string;
  received: Received[];
  /** By path; default 204. */
  answers: Map<string, { status: number; headers?: Record<string, string> }>;
  /** Resolves when a path was asked so often. */
  got(path: string, count: number): Promise<Received[]>;
  close(): void;
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver['answers'] = new Map();
  const waiting = new Set<() => void>();
  const server: Server = createServer(async (incoming, response) => {
    const { url: path = '', headers } = incoming;
    received.push({ path, headers, body: await text(incoming), at: new Date() });
    const { status, headers: more } = answers.get(path) ?? { status: 204 };
    response.writeHead(status, more).end();
    for (const wake of waiting) wake();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    got: async (path, count) => {
      const there = () => received.filter((one) => one.path === path);
      while (there().length < count)
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      return there();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
