import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Agent } from 'undici';
import type { Instance, Registry } from './discovery.ts';

/** How long a question that waits for a change may wait, s; and how much longer the answer may take, ms. */
const WAIT_SECONDS = 55;
const SLACK_MS = 10_000;
const ANSWER_MS = 5_000;
const ANSWER_BYTES = 4 * 1_048_576;

const Health = Compile(
  Type.Array(
    Type.Object({
      Node: Type.Object({ Address: Type.Optional(Type.String()) }),
      Service: Type.Object({
        ID: Type.String(),
        Address: Type.String(),
        Port: Type.Integer(),
        Meta: Type.Optional(Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()])),
      }),
    }),
  ),
);

/**
 * Registry in Consul by its HTTP API, v1: the lease is a TTL check, changes come by blocking queries. Consul takes a killed
 * instance out of its catalogue a minute after its lease is over (its own least); it is not passed on any more at once.
 */
export function consulRegistry({ url, token }: { url: string; token?: string }): Registry {
  const agent = new Agent({ maxResponseSize: ANSWER_BYTES });
  const origin = new URL(url).origin;
  const ask = async (
    method: 'GET' | 'PUT',
    path: string,
    { body, signal }: { body?: unknown; signal?: AbortSignal } = {},
  ) => {
    const answer = await agent.request({
      origin,
      path,
      method,
      headers: {
        ...(token ? { 'x-consul-token': token } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? AbortSignal.timeout(ANSWER_MS),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text };
  };
  const demand = async (...args: Parameters<typeof ask>) => {
    const answer = await ask(...args);
    if (answer.status === 200) return answer;
    // Its text may tell of tokens.
    throw new Error(`Consul answers ${answer.status} to ${args[0]} ${args[1].split('?')[0]}`);
  };
  const pass = (id: string) => `/v1/agent/check/pass/service:${encodeURIComponent(id)}`;

  return {
    async register({ id, service, url: at }, leaseMs) {
      const { hostname, port, protocol } = new URL(at);
      await demand('PUT', '/v1/agent/service/register', {
        body: {
          ID: id,
          Name: service,
          Address: hostname,
          Port: Number(port || (protocol === 'https:' ? 443 : 80)),
          Meta: { url: at },
          Check: { TTL: `${leaseMs}ms`, Status: 'passing', DeregisterCriticalServiceAfter: '1m' },
        },
      });
    },
    async renew({ id }) {
      const { status } = await ask('PUT', pass(id));
      if (status === 200) return true;
      // An older Consul says 500 where a newer one says 404.
      if (status === 404 || status === 500) return false;
      throw new Error(`Consul answers ${status} to a renewal`);
    },
    async deregister({ id }) {
      const { status } = await ask('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
      if (status !== 200 && status !== 404) throw new Error(`Consul answers ${status} to a deregistration`);
    },
    async follow(service, seen, signal) {
      let index = 0;
      while (!signal.aborted) {
        const query = new URLSearchParams({
          passing: 'true',
          index: String(index),
          wait: `${WAIT_SECONDS}s`,
        });
        const answer = await demand('GET', `/v1/health/service/${encodeURIComponent(service)}?${query}`, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(WAIT_SECONDS * 1_000 + SLACK_MS)]),
        });
        seen(readInstances(service, answer.text));
        const next = Number(answer.headers['x-consul-index']);
        // As its documentation asks: begin anew when the index goes back, and never wait for 0.
        index = Number.isInteger(next) && next >= index ? Math.max(1, next) : 0;
      }
    },
    close: () => agent.destroy(),
  };
}

function readInstances(service: string, text: string): Instance[] {
  const entries: unknown = JSON.parse(text);
  if (!Health.Check(entries)) throw new Error('Consul answers something else than instances');
  return entries.map(({ Node, Service }) => {
    const address = Service.Address || Node.Address || '';
    const given = Service.Meta?.url;
    const url = given && URL.canParse(given) ? new URL(given).origin : `http://${address}:${Service.Port}`;
    return { id: Service.ID, service, url };
  });
}
