import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Client,
  checkAddress,
  checkAuthorize,
  decideCode,
  decideToken,
  isRedirectUri,
  newSecret,
  redirectTo,
} from './decide.ts';
import { OAuthError } from './errors.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
const VERIFIER = newSecret();
const CLIENT: Client = {
  id: 'a client',
  name: 'A client',
  secret_hash: null,
  redirect_uris: ['https://client.example/back?keep=1', 'com.example.app:/back'],
  scopes: ['read', 'write'],
  is_resource_server: false,
};
const REQUEST = {
  client_id: CLIENT.id,
  redirect_uri: CLIENT.redirect_uris[0]!,
  response_type: 'code',
  scope: 'read',
  code_challenge: challengeOf(VERIFIER),
  code_challenge_method: 'S256',
};
const refused = (code: string) => (error: unknown) => error instanceof OAuthError && error.code === code;

describe('an address of a client', () => {
  test('is by TLS, on the machine of the user, or of a scheme of its own, and has no fragment and no user', () => {
    const good = [
      'https://a.example/b?c=d',
      'http://127.0.0.1:5000/',
      'http://[::1]/',
      'com.example.app:/back',
    ];
    const bad = [
      ...[
        'http://a.example/',
        'http://localhost/',
        'http://127.0.0.1.evil.example/',
        'https://a.example/#b',
        'https://a.example/#',
      ],
      ...[
        'https://u:p@a.example/',
        'javascript:alert(1)',
        'data:text/html,x',
        'app:/back',
        '/back',
        '',
        'https://a.example/\\b',
      ],
      ...['https://a .example/', 'file:///etc/passwd'],
    ];
    for (const uri of good) assert.equal(isRedirectUri(uri), true, uri);
    for (const uri of bad) assert.equal(isRedirectUri(uri), false, uri);
  });

  test('on the machine of the user is good at any port, and at no other host or path', () => {
    const client = { ...CLIENT, redirect_uris: ['http://127.0.0.1/back', 'http://[::1]:80/'] };
    const asked = (redirect_uri: string) => checkAddress(client, { ...REQUEST, redirect_uri });
    for (const uri of ['http://127.0.0.1/back', 'http://127.0.0.1:51004/back', 'http://[::1]:1/'])
      assert.equal(asked(uri), client, uri);
    for (const uri of [
      'http://127.0.0.1:51004/other',
      'http://127.0.0.1:51004',
      'http://127.0.0.1:99999/back',
      'http://127.0.0.1:1@evil.example/back',
      'http://127.0.0.1.evil.example/back',
      'http://[::1]:1/back',
      'https://127.0.0.1:1/back',
      'http://127.0.0.1:1/back#x',
    ])
      assert.throws(() => asked(uri), OAuthError, uri);
  });

  test('is compared as text: nothing that is only like it is sent an answer', () => {
    assert.equal(checkAddress(CLIENT, REQUEST), CLIENT);
    const [uri] = CLIENT.redirect_uris as [string];
    const near = [
      `${uri}&more=1`,
      `${uri}/`,
      uri.toUpperCase(),
      uri.slice(0, -1),
      `${uri}#x`,
      uri.replace('https', 'http'),
    ];
    for (const redirect_uri of near)
      assert.throws(
        () => checkAddress(CLIENT, { ...REQUEST, redirect_uri }),
        refused('invalid_request'),
        redirect_uri,
      );
    assert.throws(() => checkAddress(undefined, REQUEST), refused('invalid_request'));
  });

  test('gets its own parameters, the state and the issuer back', () => {
    const url = new URL(redirectTo({ ...REQUEST, state: 'a&b=c' }, 'https://api.example', { code: 'x' }));
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      keep: '1',
      code: 'x',
      state: 'a&b=c',
      iss: 'https://api.example',
    });
  });
});

describe('what a client asks for', () => {
  test('is a code, with PKCE by SHA-256, and scopes of its own', () => {
    assert.deepEqual(checkAuthorize(CLIENT, REQUEST).scopes, ['read']);
    const wrong: [object, string][] = [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: undefined }, 'unsupported_response_type'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge_method: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ scope: undefined }, 'invalid_scope'],
      [{ scope: 'read admin' }, 'invalid_scope'],
    ];
    for (const [change, code] of wrong)
      assert.throws(
        () => checkAuthorize(CLIENT, { ...REQUEST, ...change }),
        refused(code),
        JSON.stringify(change),
      );
    const onlyRead = { ...CLIENT, scopes: ['read'] };
    assert.throws(() => checkAuthorize(onlyRead, { ...REQUEST, scope: 'write' }), refused('invalid_scope'));
  });
});

describe('a code', () => {
  const stored = {
    client_id: CLIENT.id,
    redirect_uri: REQUEST.redirect_uri,
    code_challenge: REQUEST.code_challenge,
    expires_at: later(1),
    used_at: null,
    revoked_at: null,
  };
  const brought = { clientId: CLIENT.id, redirectUri: REQUEST.redirect_uri, verifier: VERIFIER };

  test('is good for its client, its address and its verifier, until it expires; brought again it is a theft', () => {
    assert.equal(decideCode(stored, brought, NOW), 'good');
    assert.equal(decideCode({ ...stored, used_at: NOW }, brought, NOW), 'reuse');
    assert.equal(decideCode({ ...stored, used_at: NOW }, { ...brought, verifier: '' }, later(9)), 'reuse');
    for (const [kept, sent] of [
      [undefined, brought],
      [{ ...stored, expires_at: NOW }, brought],
      [{ ...stored, revoked_at: NOW }, brought],
      [stored, { ...brought, clientId: 'another' }],
      [
        { ...stored, used_at: NOW },
        { ...brought, clientId: 'another' },
      ],
      [stored, { ...brought, redirectUri: CLIENT.redirect_uris[1]! }],
      [stored, { ...brought, verifier: newSecret() }],
      [stored, { ...brought, verifier: REQUEST.code_challenge }],
      [stored, { ...brought, verifier: '' }],
    ] as const)
      assert.equal(decideCode(kept, sent, NOW), 'refuse');
  });

  test('is good for no verifier but the one whose hash it has', () => {
    const verifiers = fc.string({ minLength: 43, maxLength: 128, unit: fc.constantFrom(...'abcXYZ019-._~') });
    fc.assert(
      fc.property(verifiers, verifiers, (one, other) => {
        const code = { ...stored, code_challenge: challengeOf(one) };
        assert.equal(decideCode(code, { ...brought, verifier: one }, NOW), 'good');
        assert.equal(decideCode(code, { ...brought, verifier: other }, NOW) === 'good', one === other);
      }),
    );
  });
});

test('a refresh token is good once, for its client, until it expires or what it is part of has ended', () => {
  const token = { client_id: 'a', expires_at: later(1), used_at: null, revoked_at: null };
  assert.equal(decideToken(token, 'a', NOW), 'good');
  assert.equal(decideToken({ ...token, used_at: NOW }, 'a', NOW), 'reuse');
  for (const refusable of [
    undefined,
    { ...token, expires_at: NOW },
    { ...token, revoked_at: NOW, used_at: NOW },
  ])
    assert.equal(decideToken(refusable, 'a', NOW), 'refuse');
  assert.equal(decideToken({ ...token, used_at: NOW }, 'b', NOW), 'refuse');
});
