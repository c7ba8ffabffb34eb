import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../control/memory-source.ts';
import { sendRaw, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { isSafe, onlyReads, overridesInQuery } from './methods.ts';

/** `PUT` and `GET` of /me are named, of /all every method. */
async function world(t: Parameters<typeof startBackend>[0], share = 10_000) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, share, [
    { method: 'PUT', path: '/me' },
    { method: 'GET', path: '/me' },
    { method: '*', path: '/all/:id', key: { from: 'param', name: 'id' } },
  ]);
  const source = memorySource(table);
  const { gateway } = await startTestGateway(t, table, { source });
  const send = (method: string, target: string, headers: string[] = []) =>
    sendRaw(
      gateway.port,
      [
        `${method} ${target} HTTP/1.1`,
        'Host: a',
        'X-Key: 7',
        'Content-Length: 0',
        'Connection: close',
        ...headers,
        '',
        '',
      ].join('\r\n'),
    );
  const fence = async () => {
    source.openFence({ id: 'f', service: 'users', fromShare: 10_000, toShare: 0, limitMs: 60_000 });
    await until(async () => /fences_open 1/.test(await gateway.metrics()));
  };
  const commit = () =>
    source.commitFence('f', {
      ...table,
      version: 2,
      services: { users: { ...table.services.users!, share: 0 } },
    });
  const held = async () => Number(/_held (\d+)/.exec(await gateway.metrics())?.[1]);
  return { monolith, service, gateway, source, send, fence, commit, held };
}

const NAMES = ['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'];

const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=b';
const part = (disposition: string) =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\nPUT\r\n--b--\r\n`;

describe('a method that a form asks for in its body', () => {
  /** POST of /me is not in the plan, PUT is; /all is of every method. */
  async function forms(t: Parameters<typeof startBackend>[0]) {
    const { monolith, service, gateway } = await world(t);
    const send = (path: string, type: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': type, 'x-key': '7', ...headers },
        body,
      });
    return { monolith, service, send };
  }

  test('leads to no other route than the one that the request was judged by', async (t) => {
    const { send, monolith, service } = await forms(t);
    const large = `a=${'x'.repeat(200_000)}&`;
    const bodies: [type: string, body: string][] = [
      [URLENCODED, '_method=PUT'],
      [`${URLENCODED}; charset=utf-8`, 'a=b&_method=put'],
      ['Application/X-WWW-Form-URLencoded', '%5fmeth%6fd=PUT'],
      [URLENCODED, 'a=b;_method=PUT'],
      [URLENCODED, '.method=PUT'],
      [URLENCODED, '_method=POST&_method=PUT'],
      [URLENCODED, `${large}_method=PUT`],
      [MULTIPART, part('name="_method"')],
      [MULTIPART, part('name=_method')],
      [MULTIPART, part('filename="a"; Name="_METHOD"')],
      [MULTIPART, part(`name="a"`).repeat(1_000) + part('name="_method"')],
    ];
    for (const [type, body] of bodies) {
      const answer = await send('/me', type, body);
      assert.deepEqual(
        [answer.status, ((await answer.json()) as { code: string }).code],
        [400, 'method-override'],
        `${type} ${body.slice(-80)}`,
      );
    }
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
  });

  test('passes where it leads nowhere else, and so does whatever only looks like one', async (t) => {
    const { send, monolith, service } = await forms(t);
    const bodies: [path: string, type: string, body: string][] = [
      ['/me', URLENCODED, '_method=POST&a=_method=PUT'],
      ['/me', URLENCODED, 'a_method=PUT&method=PUT'],
      ['/me', MULTIPART, part('name="a"; filename="_method"')],
      ['/me', 'application/json', '{"_method":"PUT"}'],
      ['/all/7', URLENCODED, '_method=PUT'],
      ['/all/7', MULTIPART, part('name="_method"')],
    ];
    for (const [path, type, body] of bodies)
      assert.equal((await send(path, type, body)).status, 200, `${type} ${body}`);
    const seen = [...monolith.seen, ...service.seen].map(({ body }) => body);
    assert.deepEqual(seen.toSorted(), bodies.map(([, , body]) => body).toSorted(), 'byte for byte');
  });
});

describe('what an upstream may take for a write is a write', () => {
  test('of several overrides none hides another, in headers or in the query', async (t) => {
    const { send, monolith, service } = await world(t);
    const odd: [string, string, string[]][] = NAMES.flatMap((name) => [
      ['GET', '/me', [`${name}: PUT`]],
      ['GET', '/me', [`${name}: PUT`, `${NAMES[0]}: GET`]],
      ['GET', '/me', [`${NAMES[0]}: GET`, `${name}: PUT`]],
      ['GET', '/me', [`${name}: PUT`, `${name}: GET`]],
      ['GET', '/me', [`${name}: GET, PUT`]],
      ['GET', '/me', [`${name}:  put `]],
    ]);
    for (const query of [
      '_method=PUT',
      'a=1&_method=put',
      '%5Fmethod=PUT',
      '_%6dethod=PUT',
      '_method=GET&_method=PUT',
      'a;_method=PUT',
      // PHP reads these as `_method` too.
      '.method=PUT',
      '%5Bmethod=PUT',
      '_method%00a=PUT',
    ])
      odd.push(['GET', `/me?${query}`, []]);
    for (const [method, target, headers] of odd)
      assert.match(
        await send(method, target, headers),
        /^HTTP\/1.1 400 .*method-override/s,
        `${target} ${headers}`,
      );
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
    assert.match(await send('GET', '/me?a_method=PUT', ['X-HTTP-Method-Override: GET']), /"from":"service"/);
  });

  test('a read that asks to be taken for a write waits at a fence like one', async (t) => {
    const { send, fence, commit, held, monolith, service } = await world(t);
    await fence();
    const answers = [
      send('GET', '/all/7', ['X-HTTP-Method-Override: DELETE']),
      send('HEAD', '/all/7?_method=PATCH'),
      send('GET', '/all/7', ['X-Method-Override: GET', 'X-HTTP-Method: purge']),
    ];
    await until(async () => (await held()) === 3);
    assert.match(await send('GET', '/all/7', ['X-HTTP-Method-Override: HEAD']), /"from":"service"/);
    assert.ok(commit());
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1.1 200/);
    assert.deepEqual([monolith.seen.length, service.seen.length], [3, 1]);
  });

  test('a method that no route names waits at the fence of its path and is waited for', async (t) => {
    const { send, fence, commit, held, source, monolith, service } = await world(t);
    let release = () => {};
    monolith.answer = (_req, res) => {
      release = () => res.end('done');
    };
    const before = send('PROPFIND', '/me/');
    await until(() => monolith.seen.length === 1);
    await fence();
    const answers = ['DELETE', 'PURGE', 'LOCK', 'MKCOL', 'QUERY'].map((method) => send(method, '/ME?x'));
    await until(async () => (await held()) === answers.length);
    assert.deepEqual([monolith.seen.length, source.acks('f')], [1, 0]);
    release();
    await before;
    await until(() => source.acks('f') === 1);
    monolith.answer = (_req, res) => res.end('{"from":"monolith"}');
    commit();
    for (const answer of await Promise.all(answers)) assert.match(answer, /"from":"monolith"/);
    assert.deepEqual([monolith.seen.length, service.seen.length], [6, 0]);
  });

  test('a route of all methods takes every one that the parser knows, others are refused', async (t) => {
    const { send, service, monolith } = await world(t);
    const taken = METHODS.filter((method) => method !== 'CONNECT');
    for (const method of taken) await send(method, '/all/7');
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, taken.length]);
    for (const made of ['BREW', 'get', 'PUTT'])
      assert.match(await send(made, '/all/7'), /^HTTP\/1.1 400/, made);
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, taken.length]);
  });

  test('no override makes a read of a write, and an unknown one makes a write of a read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...METHODS),
        fc.array(fc.oneof(fc.constantFrom(...METHODS), fc.string())),
        (method, overrides) => {
          assert.equal(onlyReads(method, overrides), [method, ...overrides].every(isSafe));
        },
      ),
    );
    assert.deepEqual(overridesInQuery('/a?b=_method'), []);
    assert.deepEqual(overridesInQuery('/_method=PUT'), []);
  });
});
