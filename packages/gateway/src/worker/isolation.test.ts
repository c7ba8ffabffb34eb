import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { memorySource } from '../control/memory-source.ts';
import type { Issuer } from '../control/route-table.ts';
import {
  rawUpstream,
  sendJson,
  sendRaw,
  startBackend,
  startTestGateway,
  tableOf,
  until,
} from '../testing/gateway.ts';

const CONTROL_CHARACTER = 'HTTP/1.1 200 OK\r\nx-note: a\x01b\r\ncontent-length: 2\r\n\r\nok';

describe('an answer that cannot be passed on', () => {
  for (const [what, settle] of [
    ['at once', { monolith: [], service: [] }],
    ['after settling', { monolith: [['users.forward']], service: [] }],
  ] as const) {
    for (const status of [200, 204, 500]) {
      test(`${what} is 502 for its client, and the gateway goes on (${status})`, async (t) => {
        let bad = true;
        const upstream = await rawUpstream(t, (socket, received) => {
          if (!received.endsWith('\r\n\r\n{}')) return;
          const head = bad
            ? CONTROL_CHARACTER.replace('200 OK', `${status} X`)
            : 'HTTP/1.1 200 OK\r\n\r\nfine';
          socket.end(status === 204 && bad ? head.replace(/content-length: 2\r\n\r\nok/, '\r\n') : head);
        });
        const table = tableOf({ monolith: upstream.url }, 0, [
          { method: 'POST', path: '/register', key: { from: 'none' }, settle: settle as never },
        ]);
        const { gateway } = await startTestGateway(t, table);
        const post = () =>
          fetch(`${gateway.url}/register`, {
            method: 'POST',
            body: '{}',
            signal: AbortSignal.timeout(60_000),
          });
        const refused = await post();
        const { code } = (await refused.json()) as { code: string };
        assert.deepEqual([refused.status, code], [502, 'bad-gateway']);
        bad = false;
        assert.equal((await post()).status, 200);
      });
    }
  }
});

describe('what throws in the middle of a request', () => {
  for (const field of ['sunset', 'mode', 'settle'] as const) {
    for (const method of ['GET', 'PUT'] as const) {
      test(`is 500 for its client, told, and nobody else's (${method}, ${field})`, async (t) => {
        const monolith = await startBackend(t, 'monolith');
        const reports: string[] = [];
        const table = tableOf({ monolith: monolith.url }, 0, [
          { method: '*', path: '/bad', settle: { monolith: [['users.forward']], service: [] } },
          { method: '*', path: '/good' },
        ]);
        const source = memorySource(table, {});
        const { gateway } = await startTestGateway(t, table, {
          source,
          onError: (error, what) => reports.push(`${what}: ${(error as Error).message}`),
        });
        let waiting!: ServerResponse;
        monolith.answer = ({ url }, res) => {
          if (url === '/good') waiting = res;
          else sendJson(res, 200, {});
        };
        const send = (path: string) =>
          fetch(gateway.url + path, {
            method,
            headers: { 'x-key': '1' },
            ...(method === 'PUT' && { body: '{}' }),
            signal: AbortSignal.timeout(60_000),
          });
        const good = send('/good');
        await until(() => waiting !== undefined);
        // Of the table that applies: as if our own code were wrong, for one route.
        Object.defineProperty(table.routes[0], field, {
          get() {
            throw new Error('a fault of ours');
          },
        });
        const bad = await send('/bad');
        if (field === 'settle' && method === 'GET') assert.equal(bad.status, 200, 'a read settles nothing');
        else {
          assert.deepEqual([bad.status, ((await bad.json()) as { code: string }).code], [500, 'internal']);
          assert.deepEqual(reports, ['request: a fault of ours']);
        }
        sendJson(waiting, 200, {});
        assert.equal((await good).status, 200);
        source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 10_000, limitMs: 60_000 });
        await until(() => source.acks('f') === 1); // nothing of it counts as in flight any more
      });
    }
  }
});

describe('garbage tokens', () => {
  const issuer: Issuer = { name: 'own', issuer: '', algorithm: 'HS256', secret: 'x'.repeat(40) };

  test('of an address over its limit are refused before they are verified', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [], {
      issuers: [issuer],
      rateLimit: { perMinute: 5, perHour: 100 },
    });
    const { gateway } = await startTestGateway(t, table);
    const claims = Buffer.from('{"sub":"1"}').toString('base64url');
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const token = `e30.${claims}.${'x'.repeat(14_000)}${i}`;
      const raw = await sendRaw(
        gateway.port,
        `GET / HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
      );
      statuses.push(Number(raw.slice(9, 12)));
    }
    assert.deepEqual(statuses, [...Array(5).fill(200), ...Array(15).fill(429)]);
    assert.equal(monolith.seen.length, 5);
  });
});
