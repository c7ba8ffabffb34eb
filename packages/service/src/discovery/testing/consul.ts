import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Entry = {
  service: string;
  id: string;
  address: string;
  port: number;
  url: string;
  ttlMs: number;
  until: number;
};

/**
 * A test double of a Consul agent: as much of its HTTP API v1 as `consulRegistry` speaks (services with TTL checks,
 * health with blocking queries), after its documentation. No real Consul is to be had in the tests.
 */
export async function startConsulDouble({ token }: { token?: string } = {}) {
  const entries = new Map<string, Entry>();
  const waiting = new Set<() => void>();
  let index = 1;
  let away = false;
  const changed = () => {
    index++;
    for (const wake of [...waiting]) wake();
  };
  const live = (service: string) =>
    [...entries.values()].filter((entry) => entry.service === service && entry.until > Date.now());
  // TTLs run out by the agent's own clock.
  const lapses = setInterval(() => {
    for (const entry of entries.values()) {
      if (entry.until > Date.now() || entry.until === 0) continue;
      entry.until = 0;
      changed();
    }
  }, 10);

  const server = createServer((request, response) => {
    if (away) return void request.socket.destroy();
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (token && request.headers['x-consul-token'] !== token) return void response.writeHead(403).end();
    const { pathname, searchParams } = new URL(request.url!, 'http://consul');
    const [, id = ''] = /\/(?:service:|deregister\/|health\/service\/)([^/]+)$/.exec(pathname) ?? [];
    if (request.method === 'PUT' && pathname === '/v1/agent/service/register') {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { ID, Name, Address, Port, Meta, Check } = JSON.parse(text);
      const ttlMs = Number(/^(\d+)ms$/.exec(Check.TTL)![1]);
      const until = Date.now() + ttlMs;
      entries.set(ID, { service: Name, id: ID, address: Address, port: Port, url: Meta.url, ttlMs, until });
      changed();
      return void response.end();
    }
    if (request.method === 'PUT' && pathname.startsWith('/v1/agent/check/pass/')) {
      const entry = entries.get(decodeURIComponent(id));
      if (!entry) return void response.writeHead(404).end('Unknown check');
      const lapsed = entry.until === 0;
      entry.until = Date.now() + entry.ttlMs;
      if (lapsed) changed();
      return void response.end();
    }
    if (request.method === 'PUT' && pathname.startsWith('/v1/agent/service/deregister/')) {
      if (!entries.delete(decodeURIComponent(id))) return void response.writeHead(404).end();
      changed();
      return void response.end();
    }
    if (request.method === 'GET' && pathname.startsWith('/v1/health/service/')) {
      if (Number(searchParams.get('index')) >= index) await change(request);
      if (away) return void request.socket.destroy();
      const found = live(decodeURIComponent(id)).map(({ id: ID, address, port, url }) => ({
        Node: { Address: '127.0.0.1' },
        Service: { ID, Address: address, Port: port, Meta: { url } },
      }));
      response.writeHead(200, { 'content-type': 'application/json', 'x-consul-index': String(index) });
      return void response.end(JSON.stringify(found));
    }
    response.writeHead(404).end();
  }

  function change(request: IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      request.on('close', wake);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `consul://127.0.0.1:${port}`,
    setAway(is: boolean) {
      away = is;
      if (is) server.closeAllConnections();
    },
    async stop() {
      clearInterval(lapses);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
