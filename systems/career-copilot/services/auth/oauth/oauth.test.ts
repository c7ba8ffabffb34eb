import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { defineService, principalOf, type RunningService } from '@banyan/service';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { API } from '../../../api/common.ts';
import { accountActivity } from '../../../kit/account-activity.ts';
import { activeUser } from '../../../kit/active-user.ts';
import { IssuerConfig, issuersOf } from '../../../kit/issuers.ts';
import { type Json, request } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { formatToken, hashOfSecret } from '../mail/links.ts';
import { auth } from '../main.ts';
import { newSecret } from './decide.ts';

/** As clients know the API; here nothing is behind it. */
const ISSUER = 'http://127.0.0.1:1';
const BACK = 'https://client.example/back';
const PASSWORD = 'a good password';
let service: RunningService;
/** A service that takes users' tokens, and has routes as those of Career Copilot. */
let notes: RunningService;
let admin: string;

before(async () => {
  service = await auth.start(await variablesOf('auth', { KEY_VALUE_URL: 'memory:', API_URL: ISSUER }));
  notes = await defineService({
    name: 'notes',
    config: IssuerConfig,
    use: { activity: accountActivity },
    auth: { issuers: ({ config }) => issuersOf(config) },
    routes: (app, { pool }) => {
      const ofUser = activeUser(pool);
      app.get('/notes', ofUser(), async (request) => principalOf(request));
      app.post('/notes', ofUser(), async (request) => principalOf(request));
    },
  }).start(await variablesOf('notes', { API_URL: ISSUER, AUTH_URL: service.url }));
  await notes.pool.query('CREATE TABLE users (id integer, is_active boolean)');
  admin = (await somebody('admin')).token;
});
after(async () => {
  await notes?.close();
  await service?.close();
});

let people = 0;

async function somebody(role = 'user') {
  const email = `person-${++people}@example.com`;
  const body = { email, password: PASSWORD, full_name: 'Some Person' };
  const registered = await request(service.url, 'POST', '/auth/register', { body });
  const { id } = registered.body.user;
  await service.pool.query('UPDATE accounts SET role = $2 WHERE id = $1', [id, role]);
  return { id: id as number, email, token: registered.body.access_token as string };
}

async function aClient(more: object = {}): Promise<{ id: string; secret: string | null }> {
  const body = { name: 'A <client>', redirect_uris: [BACK], scopes: ['read', 'write'], ...more };
  const { status, body: made } = await request(service.url, 'POST', '/oauth/clients', { body, token: admin });
  assert.equal(status, 201);
  return made;
}

type Fields = Record<string, string>;

async function form(path: string, fields: Fields | string, headers: Fields = {}) {
  const response = await fetch(`${service.url}${API}/oauth/${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : null) as Json,
  };
}

function asked(clientId: string, more: Fields = {}) {
  const verifier = newSecret();
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const base = {
    client_id: clientId,
    redirect_uri: BACK,
    response_type: 'code',
    scope: 'read write',
    state: 'a state',
  };
  return {
    verifier,
    fields: { ...base, code_challenge: challenge, code_challenge_method: 'S256', ...more } as Fields,
  };
}

/** What the client is told at its address. */
function told({ status, headers }: { status: number; headers: Headers }): Fields {
  assert.equal(status, 303);
  const url = new URL(headers.get('location')!);
  assert.equal(url.origin + url.pathname, BACK);
  return Object.fromEntries(url.searchParams);
}

/** A code that a user has allowed; `bring` exchanges it. */
async function allowed(
  client: { id: string; secret: string | null },
  person: { email: string },
  more: Fields = {},
) {
  const { verifier, fields } = asked(client.id, more);
  const answer = told(
    await form('authorize', { ...fields, decision: 'allow', email: person.email, password: PASSWORD }),
  );
  assert.deepEqual([answer.state, answer.iss], ['a state', ISSUER]);
  const secret: Fields = client.secret === null ? {} : { client_secret: client.secret };
  const grant = {
    grant_type: 'authorization_code',
    code: answer.code!,
    redirect_uri: BACK,
    code_verifier: verifier,
  };
  return {
    bring: (changed: Fields = {}) => form('token', { client_id: client.id, ...secret, ...grant, ...changed }),
  };
}

const refresh = (client: { id: string }, token: string, more: Fields = {}) =>
  form('token', { client_id: client.id, grant_type: 'refresh_token', refresh_token: token, ...more });

async function use(method: string, token: string): Promise<number> {
  return (await fetch(`${notes.url}/notes`, { method, headers: { authorization: `Bearer ${token}` } }))
    .status;
}

describe('a client that a user lets in', () => {
  it('gets tokens that are the user’s for what was allowed, and for nothing else', async () => {
    const [client, person] = [await aClient(), await somebody()];
    const { status, headers, body } = await (await allowed(client, person, { scope: 'read' })).bring();
    assert.deepEqual([status, headers.get('cache-control'), body.scope], [200, 'no-store', 'read']);
    const claims = decodeJwt(body.access_token);
    assert.deepEqual([claims.iss, claims.aud, claims.sub], [ISSUER, 'career-copilot-api', String(person.id)]);
    assert.deepEqual(
      [claims.client_id, claims.role, decodeProtectedHeader(body.access_token).typ],
      [client.id, undefined, 'at+jwt'],
    );
    assert.deepEqual([await use('GET', body.access_token), await use('POST', body.access_token)], [200, 403]);
    const more = (await (await allowed(client, person)).bring()).body;
    assert.deepEqual([await use('GET', more.access_token), await use('POST', more.access_token)], [200, 200]);
  });

  it('may not touch the account: neither its password nor its sessions, nor let others in, nor what administrators do', async () => {
    const [client, person] = [await aClient(), await somebody('admin')];
    const { access_token: token } = (await (await allowed(client, person)).bring()).body;
    const legacy = { current_password: PASSWORD, new_password: 'another password' };
    for (const [method, path, body] of [
      ['PUT', '/users/me/password', legacy],
      ['GET', '/auth/me', undefined],
      ['GET', '/auth/sessions', undefined],
      ['POST', '/auth/second-factor', {}],
      ['POST', '/auth/email-verification', {}],
      ['GET', '/oauth/grants', undefined],
      ['GET', '/users', undefined],
      ['DELETE', '/auth/me', undefined],
    ] as const)
      assert.equal(
        (await request(service.url, method, path, { body, token })).status,
        403,
        `${method} ${path}`,
      );
  });

  it('is asked for on a page that says whom it is for, shows every text escaped and can be put into no frame', async () => {
    const client = await aClient();
    const { fields } = asked(client.id, { state: '"><script>alert(1)</script>' });
    const response = await fetch(`${service.url}${API}/oauth/authorize?${new URLSearchParams(fields)}`);
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.match(page, /A &lt;client&gt; asks to/);
    assert.match(page, /client\.example/);
    assert.ok(!page.includes('<script'));
    assert.equal(response.headers.get('x-frame-options'), 'DENY');
    assert.match(
      response.headers.get('content-security-policy')!,
      /frame-ancestors 'none'; form-action 'self' https:\/\/client\.example$/,
    );
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  });

  it('is let in by nobody who does not know the password, and is told when the user says no', async () => {
    const [client, person] = [await aClient(), await somebody()];
    const { fields } = asked(client.id);
    const wrong = await form('authorize', {
      ...fields,
      decision: 'allow',
      email: person.email,
      password: 'wrong',
    });
    assert.deepEqual([wrong.status, /Incorrect email or password/.test(wrong.text)], [401, true]);
    assert.equal(wrong.text.includes('"wrong"'), false, 'the password is not sent back');
    assert.equal(told(await form('authorize', { ...fields, decision: 'deny' })).error, 'access_denied');
  });

  it('is never answered at an address that it has not registered', async () => {
    const client = await aClient();
    const strange: Fields[] = [
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: `${BACK}/` },
      { client_id: 'nobody' },
    ];
    for (const more of strange) {
      const answer = await form('authorize', {
        ...asked(client.id, more).fields,
        decision: 'deny',
      });
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null]);
    }
    const weak: Fields[] = [{ code_challenge_method: 'plain' }, { code_challenge: '' }];
    for (const more of weak)
      assert.equal(
        told(await form('authorize', { ...asked(client.id, more).fields, decision: 'deny' })).error,
        'invalid_request',
      );
  });
});

describe('a code', () => {
  it('is good once, for who asked for it: brought again it ends what it gave', async () => {
    const [client, other, person] = [await aClient(), await aClient(), await somebody()];
    const { bring } = await allowed(client, person);
    const wrong: Fields[] = [
      { client_id: other.id },
      { code_verifier: newSecret() },
      { redirect_uri: 'https://client.example/' },
    ];
    for (const changed of wrong) {
      const { status, body } = await bring(changed);
      assert.deepEqual([status, body.error], [400, 'invalid_grant'], JSON.stringify(changed));
    }
    const { body: tokens } = await bring();
    assert.equal((await bring()).body.error, 'invalid_grant');
    assert.equal((await refresh(client, tokens.refresh_token)).body.error, 'invalid_grant');
  });

  it('gives tokens to one of several who bring it at the same time', async () => {
    const { bring } = await allowed(await aClient(), await somebody());
    const statuses = (await Promise.all([bring(), bring(), bring(), bring()])).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [200, 400, 400, 400]);
  });

  it('lies in the database as its hash, as all secrets do', async () => {
    const client = await aClient({ confidential: true });
    const { body } = await (await allowed(client, await somebody())).bring();
    const { rows } = await service.pool.query(
      `SELECT string_agg(text, ' ') AS text FROM (SELECT oauth_clients::text FROM oauth_clients UNION ALL
       SELECT oauth_codes::text FROM oauth_codes UNION ALL SELECT oauth_refresh_tokens::text FROM oauth_refresh_tokens) AS row (text)`,
    );
    for (const secret of [client.secret!, body.refresh_token]) assert.ok(!rows[0].text.includes(secret));
  });
});

describe('refresh tokens of clients', () => {
  it('are exchanged once; brought again they end all that came of the consent', async () => {
    const client = await aClient();
    const { body: first } = await (await allowed(client, await somebody())).bring();
    const { body: second } = await refresh(client, first.refresh_token);
    assert.deepEqual([second.scope, await use('POST', second.access_token)], ['read write', 200]);
    assert.equal((await refresh(client, first.refresh_token)).body.error, 'invalid_grant');
    assert.equal((await refresh(client, second.refresh_token)).body.error, 'invalid_grant');
  });

  it('give less than what was allowed if that is asked for, and never more', async () => {
    const client = await aClient();
    const { body: tokens } = await (await allowed(client, await somebody(), { scope: 'read' })).bring();
    assert.equal(
      (await refresh(client, tokens.refresh_token, { scope: 'read write' })).body.error,
      'invalid_scope',
    );
    assert.equal((await refresh(client, tokens.refresh_token, { scope: 'read' })).status, 200);
  });

  it('are good for no other client, and not for a locked account', async () => {
    const [client, other, person] = [await aClient(), await aClient(), await somebody()];
    const { body: tokens } = await (await allowed(client, person)).bring();
    assert.equal((await refresh(other, tokens.refresh_token)).body.error, 'invalid_grant');
    await service.pool.query('UPDATE accounts SET is_active = false WHERE id = $1', [person.id]);
    assert.equal((await refresh(client, tokens.refresh_token)).body.error, 'invalid_grant');
  });
});

describe('clients', () => {
  it('with a secret prove who they are, in one of two ways', async () => {
    const client = await aClient({ confidential: true });
    const { bring } = await allowed({ ...client, secret: null }, await somebody());
    const wrong: Fields[] = [{}, { client_secret: 'wrong' }, { client_secret: '' }];
    for (const changed of wrong) {
      const { status, body, headers } = await bring(changed);
      assert.deepEqual([status, body.error], [401, 'invalid_client']);
      assert.match(headers.get('www-authenticate')!, /^Basic/);
    }
    assert.equal((await bring({ client_secret: client.secret! })).status, 200);
    const basic = {
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
    };
    const revoked = await form('revoke', { token: 'unknown' }, basic);
    assert.deepEqual([revoked.status, revoked.body], [200, {}]);
  });

  it('are registered by administrators, with addresses that are safe', async () => {
    const { token } = await somebody();
    const body = { name: 'A', redirect_uris: [BACK], scopes: ['read'] };
    assert.equal((await request(service.url, 'POST', '/oauth/clients', { body, token })).status, 403);
    const unsafe = { ...body, redirect_uris: ['http://client.example/'] };
    assert.equal(
      (await request(service.url, 'POST', '/oauth/clients', { body: unsafe, token: admin })).body.code,
      'BAD_REDIRECT_URI',
    );
    const { id } = await aClient();
    assert.equal(
      (await request(service.url, 'DELETE', `/oauth/clients/${id}`, { token: admin })).status,
      204,
    );
    assert.equal(
      (await request(service.url, 'DELETE', `/oauth/clients/${id}`, { token: admin })).status,
      404,
    );
  });

  it('may not send a parameter twice', async () => {
    const { status, body } = await form('token', 'grant_type=refresh_token&grant_type=authorization_code');
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });
});

describe('what a client may do ends', () => {
  it('when it says so (RFC 7009), with either of its tokens, and another client cannot', async () => {
    const [client, other] = [await aClient(), await aClient()];
    for (const kind of ['refresh_token', 'access_token']) {
      const { body: tokens } = await (await allowed(client, await somebody())).bring();
      await form('revoke', { client_id: other.id, token: tokens[kind] });
      assert.equal((await form('revoke', { client_id: client.id, token: tokens[kind] })).status, 200);
      assert.equal((await refresh(client, tokens.refresh_token)).status, 400, kind);
    }
  });

  it('when the user says so, who sees whom they have let in', async () => {
    const [client, person] = [await aClient(), await somebody()];
    const { body: tokens } = await (await allowed(client, person)).bring();
    const list = async () =>
      (await request(service.url, 'GET', '/oauth/grants', { token: person.token })).body.grants;
    const [grant] = await list();
    assert.deepEqual([grant.client_name, grant.scopes], ['A <client>', ['read', 'write']]);
    const end = (token: string) => request(service.url, 'DELETE', `/oauth/grants/${grant.id}`, { token });
    assert.equal((await end((await somebody()).token)).status, 404);
    assert.equal((await end(person.token)).status, 204);
    assert.equal((await refresh(client, tokens.refresh_token)).status, 400);
    assert.deepEqual(await list(), []);
  });
});

describe('what clients may do for a user ends', () => {
  const ends: Record<string, (person: { id: number; token: string }) => Promise<{ status: number }>> = {
    'when the password is reset': async ({ id }) => {
      const [link, secret, email] = [randomUUID(), newSecret(), `person-${people}@example.com`];
      await service.pool.query(
        `INSERT INTO mail_links VALUES ($1, $2, 'reset_password', $3, now() + interval '1 hour')`,
        [link, id, hashOfSecret(secret, { purpose: 'reset_password', email })],
      );
      const body = { token: formatToken(link, secret), new_password: 'another password' };
      return await request(service.url, 'POST', '/auth/password-reset/confirm', { body });
    },
    'when the account is deleted': ({ token }) => request(service.url, 'DELETE', '/auth/me', { token }),
  };
  for (const [when, end] of Object.entries(ends))
    it(when, async () => {
      const [client, person] = [await aClient(), await somebody()];
      const { body: tokens } = await (await allowed(client, person)).bring();
      assert.equal((await end(person)).status, 204);
      assert.equal((await refresh(client, tokens.refresh_token)).status, 400);
    });

  it('before it began, where the password is changed while they are let in with the old one', async () => {
    const [client, person] = [await aClient(), await somebody()];
    const change = await service.pool.connect();
    try {
      await change.query('BEGIN');
      await change.query(`UPDATE accounts SET password_hash = '!' WHERE id = $1`, [person.id]);
      const { fields } = asked(client.id);
      const yes = { ...fields, decision: 'allow', email: person.email, password: PASSWORD };
      let isAnswered = false;
      const answer = form('authorize', yes).finally(() => {
        isAnswered = true;
      });
      const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await until(async () => isAnswered || (await service.pool.query(waits)).rows.length > 0);
      await change.query('COMMIT');
      assert.equal((await answer).status, 401);
    } finally {
      change.release();
    }
    const { rows } = await service.pool.query('SELECT FROM oauth_grants WHERE account_id = $1', [person.id]);
    assert.equal(rows.length, 0);
  });
});

describe('introspection (RFC 7662)', () => {
  it('tells a client of its own tokens, a resource server of all, and nobody else anything', async () => {
    const client = await aClient({ confidential: true });
    const others = await aClient({ confidential: true });
    const resource = await aClient({ is_resource_server: true, redirect_uris: [] });
    const open = await aClient();
    const person = await somebody();
    const { body: tokens } = await (await allowed(client, person)).bring();
    const introspect = async ({ id, secret }: { id: string; secret: string | null }, token: string) =>
      await form('introspect', {
        client_id: id,
        ...(secret === null ? {} : { client_secret: secret }),
        token,
      });
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      for (const who of [client, resource]) {
        const { body } = await introspect(who, token);
        assert.deepEqual(
          [body.active, body.sub, body.client_id, body.scope],
          [true, String(person.id), client.id, 'read write'],
        );
      }
      assert.deepEqual((await introspect(others, token)).body, { active: false });
      assert.equal((await introspect(open, token)).status, 401);
    }
    const setActive = (active: boolean) =>
      service.pool.query('UPDATE accounts SET is_active = $2 WHERE id = $1', [person.id, active]);
    await setActive(false);
    for (const token of [tokens.access_token, tokens.refresh_token])
      assert.deepEqual((await introspect(resource, token)).body, { active: false }, 'of a locked account');
    await setActive(true);
    await form('revoke', {
      client_id: client.id,
      client_secret: client.secret!,
      token: tokens.refresh_token,
    });
    for (const token of [tokens.access_token, tokens.refresh_token, 'nonsense', person.token])
      assert.deepEqual((await introspect(resource, token)).body, { active: false });
  });
});

it('metadata name what is there, and nothing that is not (RFC 8414)', async () => {
  const metadata = (await (
    await fetch(`${service.url}/.well-known/oauth-authorization-server`)
  ).json()) as Json;
  assert.equal(metadata.issuer, ISSUER);
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256']);
  assert.deepEqual(metadata.response_types_supported, ['code']);
  for (const name of ['authorization', 'token', 'revocation', 'introspection'])
    assert.ok(metadata[`${name}_endpoint`].startsWith(`${ISSUER}${API}/oauth/`));
});
