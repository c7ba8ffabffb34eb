import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { memorySource } from '../control/memory-source.ts';
import type { Issuer, KeySource, RouteTable } from '../control/route-table.ts';
import { sendJson, sendRaw, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { claimText } from './claim.ts';
import { Tokens } from './tokens.ts';

const SECRET = 'short';
const key = (secret: string) => new TextEncoder().encode(secret);
const LEGACY: Issuer = { name: 'legacy', algorithm: 'HS256', secret: SECRET };
const seconds = () => Math.floor(Date.now() / 1000);
const sign = (claims: object, secret = SECRET) =>
  new SignJWT(claims as never).setProtectedHeader({ alg: 'HS256' }).sign(key(secret));
const on = (side: 'monolith' | 'service', from = 1): number =>
  isServiceSide(5_000, 'users', String(from)) === (side === 'service') ? from : on(side, from + 1);

async function world(
  t: Parameters<typeof startBackend>[0],
  more: Partial<RouteTable> = {},
  keyed: KeySource = { from: 'token', claim: 'sub' },
) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    5_000,
    [{ method: '*', path: '/me', key: keyed }],
    {
      issuers: [LEGACY],
      ...more,
    },
  );
  const source = memorySource(table);
  const { gateway } = await startTestGateway(t, table, { source });
  const call = async (method: string, headers: string[]) => {
    const lines = [
      `${method} /me HTTP/1.1`,
      'Host: a',
      'Content-Length: 0',
      'Connection: close',
      ...headers,
      '',
      '',
    ];
    const answer = await sendRaw(gateway.port, lines.join('\r\n'));
    return /"(?:from|code)":"([^"]*)"/.exec(answer)?.[1] ?? answer;
  };
  return { monolith, service, source, gateway, table, call };
}

describe('never a side chosen as if nobody had been named', () => {
  test('a write whose credentials cannot be judged is refused while the sides are split; reads go on', async (t) => {
    const { call, monolith, service } = await world(t);
    const good = await sign({ sub: String(on('service')) });
    const unjudged = [
      'Bearer not-a-token',
      'Bearer',
      'Bearer ',
      `Token ${good}`,
      'Basic dXNlcjpwYXNz',
      `Bearer ${await sign({ sub: '1' }, 'other')}`,
      `Bearer ${await sign({ sub: '1', iss: 'stranger' })}`,
      `Bearer ${await sign({ name: 'no subject' })}`,
      `Bearer ${good}, Bearer ${good}`,
    ];
    for (const authorization of unjudged)
      assert.equal(
        await call('PUT', [`Authorization: ${authorization}`]),
        'unverifiable-token',
        authorization,
      );
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
    for (const authorization of unjudged)
      assert.equal(await call('GET', [`Authorization: ${authorization}`]), 'monolith', authorization);
    assert.equal(await call('PUT', []), 'monolith', 'who names nobody is nobody');
  });

  test('a token that is early, expired or parted by odd blanks still names its key', async (t) => {
    const { call } = await world(t);
    const sub = String(on('service'));
    const tokens = [
      await sign({ sub, nbf: seconds() + 5 }),
      await sign({ sub, nbf: seconds() + 3_600 }),
      await sign({ sub, exp: seconds() - 3_600 }),
    ];
    for (const token of tokens)
      assert.equal(await call('PUT', [`Authorization: Bearer ${token}`]), 'service');
    for (const blanks of ['\t', '   ', ' \t ', '\t\t'])
      assert.equal(
        await call('PUT', [`Authorization: bEaReR${blanks}${tokens[0]}`]),
        'service',
        JSON.stringify(blanks),
      );
  });

  test('what names no key is refused, whatever type the claim has, and costs nobody else anything', async (t) => {
    const { call } = await world(t);
    for (const sub of [null, true, [], ['1'], {}, { id: 1 }, '', ' ', 7.5, 2 ** 53, -1e300]) {
      const authorization = [`Authorization: Bearer ${await sign({ sub })}`];
      assert.equal(
        await call('PUT', authorization),
        sub === '' || sub === ' ' ? 'unverifiable-token' : 'unverifiable-token',
        String(sub),
      );
      assert.equal(await call('GET', authorization), 'monolith');
      assert.equal(await call('GET', authorization), 'monolith', 'from the cache');
    }
    const number = on('service');
    assert.equal(await call('PUT', [`Authorization: Bearer ${await sign({ sub: number })}`]), 'service');
    assert.equal(
      await call('PUT', [`Authorization: Bearer ${await sign({ sub: `00${number}` })}`]),
      'service',
    );
    assert.match(
      await call('PUT', [`Authorization: Bearer ${await sign({ sub: 'x'.repeat(9_000) })}`]),
      /monolith|service/,
    );
  });

  test('odd subjects on a read without a key, with a limit, are answered too', async (t) => {
    const { call } = await world(t, { rateLimit: { perMinute: 1_000, perHour: 1_000 } }, { from: 'none' });
    for (const sub of [42, null, [], true, {}, '', 1e300, 'x'.repeat(9_000)])
      for (const method of ['GET', 'POST', 'GET'])
        assert.match(
          await call(method, [`Authorization: Bearer ${await sign({ sub })}`]),
          /^(monolith|service)$/,
        );
  });

  test('a key that was rotated within the last second is asked for again, not taken for a bad one', async (t) => {
    const jwks = await startBackend(t, 'jwks');
    const [first, second] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    let served = [{ ...(await exportJWK(first.publicKey)), kid: '1', alg: 'ES256' }];
    jwks.answer = (_req, res) => sendJson(res, 200, { keys: served });
    const issuer: Issuer = { name: 'auth', issuer: 'auth', algorithm: 'JWKS', jwksUrl: `${jwks.url}/jwks` };
    const { call } = await world(t, { issuers: [issuer] });
    const signed = (pair: typeof first, kid: string) =>
      new SignJWT({ sub: String(on('service')) })
        .setIssuer('auth')
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(pair.privateKey);
    assert.equal(await call('PUT', [`Authorization: Bearer ${await signed(first, '1')}`]), 'service');
    served = [{ ...(await exportJWK(second.publicKey)), kid: '2', alg: 'ES256' }];
    const rotated = [`Authorization: Bearer ${await signed(second, '2')}`];
    const seen = new Set<string>();
    await until(async () => {
      const answer = await call('PUT', rotated);
      seen.add(answer);
      return answer === 'service';
    });
    seen.delete('service');
    for (const answer of seen) assert.equal(answer, 'keys-unavailable');
  });

  test('a fence that is about to split the sides is reason enough', async (t) => {
    const { call, source, table, gateway } = await world(t, {});
    source.publish({ ...table, version: 2, services: { users: { ...table.services.users!, share: 0 } } });
    await until(() => gateway.version() === 2);
    assert.equal(await call('PUT', ['Authorization: Bearer x']), 'monolith');
    source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 100, limitMs: 60_000 });
    await until(async () => (await call('PUT', ['Authorization: Bearer x'])) === 'unverifiable-token');
  });

  test('what a request is judged by reaches its upstream: Connection may not name it', async (t) => {
    const token = await sign({ sub: String(on('service')) });
    const judged: [KeySource, Partial<Issuer>, string, string][] = [
      [{ from: 'token', claim: 'sub' }, {}, 'authorization', `Authorization: Bearer ${token}`],
      [{ from: 'token', claim: 'sub' }, { cookie: 'sid' }, 'cookie', `Cookie: sid=${token}`],
      [{ from: 'token', claim: 'sub' }, { header: 'X-Token' }, 'x-token', `X-Token: ${token}`],
      [{ from: 'header', name: 'X-Key' }, {}, 'x-key', `X-Key: ${on('service')}`],
      [{ from: 'cookie', name: 'id' }, {}, 'cookie', `Cookie: id=${on('service')}`],
    ];
    for (const [keyed, place, name, header] of judged) {
      const { call, service, monolith } = await world(
        t,
        { issuers: [{ ...LEGACY, ...place } as Issuer] },
        keyed,
      );
      for (const connection of [
        `close, ${name}`,
        `close,${name.toUpperCase()}`,
        `close\r\nConnection: ${name}`,
      ])
        for (const method of ['PUT', 'GET'])
          assert.equal(await call(method, [header, `Connection: ${connection}`]), 'ambiguous-key', header);
      assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
      assert.equal(await call('PUT', [header, 'Connection: close, x-other', 'X-Other: 1']), 'service');
    }
  });

  test("a key that is there twice, or not in ASCII, is nobody's to guess", async (t) => {
    const sub = on('service');
    const header = await world(t, {}, { from: 'header', name: 'X-User' });
    assert.equal(await header.call('PUT', [`X-User: ${sub}`]), 'service');
    assert.equal(
      await header.call('PUT', [`X-User: ${sub}`, `x-user: ${on('monolith')}`]),
      'repeated-header',
    );
    assert.equal(await header.call('PUT', ['X-User: Zo\u00c3\u00ab']), 'ambiguous-key');
    const cookie = await world(t, {}, { from: 'cookie', name: 'user' });
    assert.equal(await cookie.call('PUT', [`Cookie: user=${sub}`]), 'service');
    assert.equal(await cookie.call('PUT', [`Cookie: user=${sub}; user=${on('monolith')}`]), 'ambiguous-key');
    assert.equal(await cookie.call('PUT', []), 'monolith');
  });
});

describe('several tokens of one request', () => {
  const other: Issuer = { name: 'new', issuer: 'new', algorithm: 'HS256', secret: SECRET, cookie: 'sid' };
  const mine = on('service');
  const theirs = on('monolith');

  test('have to name the same key, whichever of them a backend reads', async (t) => {
    const { call, monolith, service } = await world(t, { issuers: [LEGACY, other] });
    const bearer = async (sub: number) => `Authorization: Bearer ${await sign({ sub: String(sub) })}`;
    const cookie = async (claims: object, secret?: string) =>
      `Cookie: sid=${await sign({ iss: 'new', ...claims }, secret)}`;
    const one = await bearer(mine);
    for (const beside of [
      await cookie({ sub: theirs }),
      await cookie({ sub: theirs, exp: 1 }),
      await cookie({ name: 'nobody' }),
      await cookie({ sub: theirs }, 'other'),
      await cookie({ sub: theirs, iss: 'stranger' }),
      'Cookie: sid=garbage',
    ]) {
      assert.equal(await call('PUT', [one, beside]), 'unverifiable-token', beside);
      assert.equal(await call('PUT', [beside, one]), 'unverifiable-token', beside);
    }
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
    assert.equal(await call('PUT', [one, await cookie({ sub: mine })]), 'service');
    assert.equal(await call('PUT', [one, await cookie({ sub: mine, exp: 1 })]), 'service');
    assert.equal(await call('PUT', [await bearer(theirs), await cookie({ sub: theirs })]), 'monolith');
    assert.equal(
      await call('GET', [one, await cookie({ sub: theirs })]),
      'service',
      'a read goes by the first',
    );
  });

  test('in a header of its own stand once, in whichever spelling', async (t) => {
    const { call, monolith, service } = await world(t, {
      issuers: [{ ...LEGACY, header: 'X-Access-Token' } as Issuer],
    });
    const [one, two] = [await sign({ sub: String(mine) }), await sign({ sub: String(theirs) })];
    for (const headers of [
      [`X-Access-Token: ${one}`, `X-Access-Token: ${two}`],
      [`X-Access-Token: ${one}`, `X_Access_Token: ${two}`],
      [`x_access-token: ${two}`],
    ])
      assert.equal(await call('PUT', headers), 'repeated-header', headers.join());
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 0]);
  });
});

describe('the tokens of a stranger', () => {
  test('come with any scheme, in a cookie or in a header of their own, with a short secret and no issuer', async (t) => {
    const token = await sign({ sub: String(on('service')) });
    const carried: [Partial<Issuer>, string][] = [
      [{ scheme: 'Token' }, `Authorization: token ${token}`],
      [{ header: 'X-Access-Token' }, `x-access-token: ${token}`],
      [{ cookie: 'sid' }, `Cookie: a=b; sid="${token}"; c=d`],
    ];
    for (const [place, header] of carried) {
      const { call } = await world(t, { issuers: [{ ...LEGACY, ...place } as Issuer] });
      assert.equal(await call('PUT', [header]), 'service', header);
      assert.equal(
        await call('PUT', [header, 'Authorization: Basic eDp5']),
        header.startsWith('A') ? 'repeated-header' : 'service',
      );
      assert.equal(await call('PUT', [`Authorization: Bearer ${token}`]), 'unverifiable-token');
    }
  });

  test('are exchanged for the kind that the monolith knows, with its scheme', async (t) => {
    const own: Issuer = { ...LEGACY, scheme: 'Token' };
    const other: Issuer = {
      name: 'new',
      issuer: 'new',
      algorithm: 'HS256',
      secret: 'x'.repeat(32),
      cookie: 'sid',
    };
    const { call, monolith, table, source, gateway } = await world(t, { issuers: [own, other] });
    source.publish({ ...table, version: 2, monolith: { ...table.monolith, signAs: 'legacy' } });
    await until(() => gateway.version() === 2);
    const sub = String(on('monolith'));
    assert.equal(
      await call('PUT', [`Cookie: sid=${await sign({ sub, iss: 'new' }, 'x'.repeat(32))}`]),
      'monolith',
    );
    const { authorization } = monolith.seen[0]!.headers;
    assert.match(authorization!, /^Token /);
    assert.equal((await jwtVerify(authorization!.slice(6), key(SECRET))).payload.sub, sub);
  });

  test('a claim is read by its name, or down a path of names', () => {
    const claims = {
      sub: 1,
      user: { id: 7, 'a.b': 'x' },
      'https://shop.example/id': 'ada',
      list: [{ id: 1 }],
    } as never;
    assert.equal(claimText(claims, 'user.id'), '7');
    assert.equal(claimText(claims, 'https://shop.example/id'), 'ada');
    for (const none of [
      'user',
      'user.name',
      'list.0',
      'constructor',
      '__proto__.x',
      'toString',
      'user.constructor.name',
    ])
      assert.equal(claimText(claims, none), null, none);
    fc.assert(
      fc.property(fc.object(), fc.string(), (any, name) => {
        const text = claimText(any as never, name);
        assert.ok(text === null || typeof text === 'string');
      }),
    );
  });
});

test('what is remembered of tokens is bounded by bytes, however long and many they are', async () => {
  const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
  const bound = 1_000_000;
  const tokens = new Tokens({ issuers: [LEGACY], monolith }, bound);
  const garbage = Array.from({ length: 300 }, (_, n) => ({
    place: 'scheme bearer',
    token: `${n}.${'x'.repeat(15_000)}`,
  }));
  for (const one of garbage) await tokens.verify(one);
  const kept = garbage.filter((one) => tokens.peek(one) !== undefined);
  assert.ok(kept.length > 0 && kept.length * 15_000 <= bound, `${kept.length} kept`);
});
