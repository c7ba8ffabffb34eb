import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { bearerToken, createTokenVerifier, TokenError, type TokenVerifier } from './tokens.ts';

const SECRET = 'a secret that is long enough for HS256';
const jwks = createServer(async (_request, response) => {
  const key = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' };
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }));
});
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let verifier: TokenVerifier;
const verify = (token: string) => verifier.verify(token);

before(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const { port } = jwks.address() as AddressInfo;
  verifier = createTokenVerifier([
    { issuer: 'old', algorithm: 'HS256', secret: SECRET },
    { issuer: 'new', algorithm: 'ES256', jwksUrl: `http://127.0.0.1:${port}/jwks.json` },
    { issuer: 'away', algorithm: 'ES256', jwksUrl: 'http://127.0.0.1:1/jwks.json' },
  ]);
});

after(() => jwks.close());

const token = (issuer: string, claims: Record<string, unknown> = { role: 'admin' }, seconds = 60) =>
  new SignJWT(claims)
    .setIssuer(issuer)
    .setSubject('7')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds);

const withSecret = (jwt: SignJWT, secret = SECRET) =>
  jwt.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

const withKey = (jwt: SignJWT, kid = 'one') =>
  jwt.setProtectedHeader({ alg: 'ES256', kid }).sign(keys.privateKey);

describe('a token verifier', () => {
  it('takes tokens of every trusted issuer', async () => {
    assert.deepEqual(await verify(await withSecret(token('old'))), {
      subject: '7',
      role: 'admin',
      issuer: 'old',
    });
    assert.deepEqual(await verify(await withKey(token('new', {}))), {
      subject: '7',
      role: 'user',
      issuer: 'new',
    });
  });

  it('does not need an issuer that is away for the tokens of another', async () => {
    await assert.rejects(verify(await withKey(token('away'))), TokenError);
    await assert.doesNotReject(verify(await withSecret(token('old'))));
  });

  it('refuses what is expired, forged, unsigned, nameless or from a stranger', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      '{"iss":"old","sub":"7","exp":9999999999}',
    ).toString('base64url')}.`;
    const bad = [
      await withSecret(token('old', {}, -1)),
      await withSecret(token('old'), 'another secret that is long enough'),
      unsigned,
      await withSecret(new SignJWT({}).setIssuer('old').setExpirationTime('1m')),
      await withSecret(token('stranger')),
      'nonsense',
    ];
    for (const one of bad) await assert.rejects(verify(one), TokenError, one);
  });

  it('never lets a token choose its algorithm: a public key is no secret', async () => {
    const publicKey = JSON.stringify(await exportJWK(keys.publicKey));
    await assert.rejects(verify(await withSecret(token('new'), publicKey)), TokenError);
  });
});

describe('bearerToken', () => {
  it('reads the scheme in any case and nothing else', () => {
    assert.equal(bearerToken('Bearer abc'), 'abc');
    assert.equal(bearerToken('bearer abc'), 'abc');
    assert.equal(bearerToken('Basic abc'), undefined);
    assert.equal(bearerToken(undefined), undefined);
  });
});

describe('a verified token', () => {
  it('is remembered for a minute, never beyond its expiry', async () => {
    let clock = Date.now();
    const { peek, verify } = createTokenVerifier([{ issuer: 'old', algorithm: 'HS256', secret: SECRET }], {
      now: () => clock,
    });
    const long = await withSecret(token('old', {}, 600));
    const short = await withSecret(token('old', {}, 10));
    assert.equal(peek(long), undefined);
    await verify(long);
    await verify(short);
    assert.equal(peek(long)?.subject, '7');
    clock += 11_000;
    assert.equal(peek(short), undefined);
    assert.equal(peek(long)?.subject, '7');
    clock += 50_000;
    assert.equal(peek(long), undefined);
  });
});
