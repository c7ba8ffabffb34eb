import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type ProviderDouble, startProvider } from '@banyan/connections/testing';
import { createPool } from '@banyan/postgres';
import { createEncryption } from '@banyan/service';
import { type ServiceProcess, startProcess } from '../../kit/testing/process.ts';
import { until } from '../../kit/testing/until.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { startWorld, type World } from './testing/world.ts';

let env: Record<string, string>;
let world: World;
const children: ServiceProcess[] = [];
let provider: ProviderDouble;
let users = 0;

before(async () => {
  provider = await startProvider();
  const one = provider.entry;
  env = {
    REVOCATION_LOOK_MS: '20',
    OAUTH_PROVIDERS: JSON.stringify([
      { ...one, name: 'calendar', scopes: ['openid', 'email'], parameters: { access_type: 'offline' } },
      { ...one, name: 'away', issuer: 'http://127.0.0.1:9', scopes: ['a'] },
    ]),
  };
  world = await startWorld({ env });
});

beforeEach(() => provider.reset());

after(async () => {
  for (const child of children) child.kill();
  await world?.stop();
  await provider?.stop();
});

/** The person's way to the provider and back: the query with which they come to the web application. */
async function sayYes(userId: number): Promise<{ url: URL; query: string }> {
  const { status, body } = await world.call(userId, 'POST', '/connections', { provider: 'calendar' });
  assert.equal(status, 201);
  return { url: new URL(body.authorization_url), query: await provider.sayYes(body.authorization_url) };
}

const complete = (userId: number, query: string) =>
  world.call(userId, 'POST', '/connections/complete', { query });

async function connected(userId: number): Promise<number> {
  const { status, body } = await complete(userId, (await sayYes(userId)).query);
  assert.equal(status, 201);
  return body.id;
}

const expire = (id: number) =>
  world.service.pool.query('UPDATE oauth_connections SET expires_at = now() WHERE id = $1', [id]);
/** Resolves when nothing is left to be taken back. */
const takenBack = () =>
  until(async () => (await world.service.pool.query('SELECT FROM oauth_revocations')).rowCount === 0);
/** Resolves when the provider was asked twice to take a token back, and nothing else. */
const toldTwice = async (token: string) => {
  await until(() => provider.asked.every(({ body }) => Object.keys(body).length > 0));
  assert.deepEqual(
    provider.asked.map(({ path, body }) => [path, body.token]),
    Array(2).fill(['revoke', token]),
  );
};
const check = (userId: number, id: number) => world.call(userId, 'POST', `/connections/${id}/check`);

describe('a connection', () => {
  it('is made by a code with PKCE, a state and a nonce, and says whose account it is', async () => {
    const ada = ++users;
    const { url, query } = await sayYes(ada);
    const parameters = url.searchParams;
    assert.equal(parameters.get('code_challenge_method'), 'S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      assert.ok(parameters.get(name)!.length >= 43, name);
    assert.equal(parameters.get('access_type'), 'offline');
    const made = await complete(ada, query);
    assert.deepEqual(
      [made.status, made.body.account, made.body.state],
      [201, 'ada@example.com', 'connected'],
    );
    assert.ok(provider.asked[0]!.body.code_verifier!.length >= 43);
    const { body } = await world.call(ada, 'GET', '/connections');
    assert.deepEqual(body.connections, [made.body]);
    assert.deepEqual(
      (await world.said('AccountConnected')).filter(({ userId }) => userId === ada),
      [{ userId: ada, connectionId: made.body.id, provider: 'calendar' }],
    );
  });

  it('is completed once, and by who has begun it only', async () => {
    const [ada, eve] = [++users, ++users];
    const { query } = await sayYes(ada);
    assert.deepEqual((await complete(eve, query)).body.code, 'NOT_BEGUN');
    assert.equal((await complete(ada, query)).status, 201);
    assert.equal((await complete(ada, query)).status, 409);
    for (const bad of ['code=1', 'state=x&code=1', 'nonsense'])
      assert.equal((await complete(ada, bad)).status, 409);
  });

  it('is none when the person says no, and when the provider does not take the code', async () => {
    const ada = ++users;
    const state = new URLSearchParams((await sayYes(ada)).query).get('state')!;
    const no = await complete(ada, `state=${state}&error=access_denied`);
    assert.deepEqual([no.status, no.body.code], [422, 'PROVIDER_REFUSED']);
    const { query } = await sayYes(ada);
    provider.onToken = (answer) =>
      Object.assign(answer, { statusCode: 400, body: { error: 'invalid_grant' } });
    assert.equal((await complete(ada, query)).status, 422);
    assert.deepEqual((await world.call(ada, 'GET', '/connections')).body.connections, []);
  });

  it('of an account that was connected before takes its place', async () => {
    const ada = ++users;
    assert.equal(await connected(ada), await connected(ada));
    assert.equal((await world.call(ada, 'GET', '/connections')).body.connections.length, 1);
  });

  it('is told of as unreachable while the provider is away', async () => {
    const { status, body } = await world.call(++users, 'POST', '/connections', { provider: 'away' });
    assert.deepEqual([status, body.code], [502, 'PROVIDER_UNREACHABLE']);
  });
});

describe('tokens', () => {
  it('lie encrypted', async () => {
    const ada = ++users;
    let tokens: Record<string, unknown> = {};
    provider.onToken = ({ body }) => {
      tokens = { ...(body as Record<string, unknown>) };
    };
    const id = await connected(ada);
    const { rows } = await world.service.pool.query('SELECT * FROM oauth_connections WHERE id = $1', [id]);
    for (const name of ['access_token', 'refresh_token'])
      assert.ok(!JSON.stringify(rows).includes(String(tokens[name])), name);
  });

  it('that are over are refreshed once, however many ask for them', async () => {
    const ada = ++users;
    const id = await connected(ada);
    assert.equal((await check(ada, id)).status, 204);
    await expire(id);
    provider.asked = [];
    const checks = await Promise.all(Array.from({ length: 6 }, () => check(ada, id)));
    assert.ok(checks.every(({ status }) => status === 204));
    assert.deepEqual(
      provider.asked.map(({ body }) => body.grant_type),
      ['refresh_token'],
    );
  });

  it('are refreshed by the newest refresh token, or by the old one where no new one came', async () => {
    const ada = ++users;
    const given: unknown[] = [];
    provider.onToken = ({ body }) => {
      const tokens = body as Record<string, unknown>;
      if (given.length === 2) delete tokens.refresh_token;
      given.push(tokens.refresh_token);
    };
    const id = await connected(ada);
    for (let times = 0; times < 3; times++) {
      await expire(id);
      assert.equal((await check(ada, id)).status, 204);
    }
    const used = provider.asked.slice(1).map(({ body }) => body.refresh_token);
    assert.deepEqual(used, [given[0], given[1], given[1]]);
  });

  it('that the provider does not take any more lose the connection, which is told once; a provider that fails does not', async () => {
    const ada = ++users;
    const id = await connected(ada);
    await expire(id);
    provider.onToken = (answer) =>
      Object.assign(answer, { statusCode: 503, body: { error: 'temporarily_unavailable' } });
    assert.equal((await check(ada, id)).status, 502);
    // Our own secret is not the one that the provider knows.
    provider.onToken = (answer) =>
      Object.assign(answer, { statusCode: 401, body: { error: 'invalid_client' } });
    assert.equal((await check(ada, id)).status, 502);
    provider.onToken = (answer) =>
      Object.assign(answer, { statusCode: 400, body: { error: 'invalid_grant' } });
    for (let times = 0; times < 2; times++) assert.equal((await check(ada, id)).body.code, 'CONNECTION_LOST');
    assert.deepEqual(
      (await world.said('ConnectionLost')).filter(({ userId }) => userId === ada),
      [{ userId: ada, connectionId: id, provider: 'calendar' }],
    );
    provider.onToken = () => {};
    assert.equal(await connected(ada), id);
    assert.equal((await check(ada, id)).status, 204);
  });

  it('are taken back when a connection is removed, by whose it is only', async () => {
    const [ada, eve] = [++users, ++users];
    const id = await connected(ada);
    assert.equal((await world.call(eve, 'DELETE', `/connections/${id}`)).status, 404);
    assert.equal((await check(eve, id)).status, 404);
    provider.asked = [];
    assert.equal((await world.call(ada, 'DELETE', `/connections/${id}`)).status, 204);
    assert.equal((await check(ada, id)).status, 404);
    await takenBack();
    assert.deepEqual(
      provider.asked.map(({ path }) => path),
      ['revoke'],
    );
  });

  it('are taken back when the account of whose they are is deleted, once, and however long the provider was away', async () => {
    const ada = ++users;
    let refresh: unknown;
    provider.onToken = ({ body }) => {
      refresh = (body as Record<string, unknown>).refresh_token;
    };
    await connected(ada);
    provider.asked = [];
    provider.onRevoke = (answer) => {
      answer.statusCode = provider.asked.length === 1 ? 503 : 200;
    };
    await world.tell('UserDeleted', { userId: ada, email: `deleted-${ada}@deleted.invalid` });
    await until(() => provider.asked.length === 1);
    assert.deepEqual(
      (await world.service.pool.query('SELECT FROM oauth_connections WHERE user_id = $1', [ada])).rowCount,
      0,
    );
    await until(
      async () =>
        (
          await world.service.pool.query(
            'UPDATE oauth_revocations SET due_at = now() WHERE leased_until IS NULL',
          )
        ).rowCount === 1,
    );
    await takenBack();
    await toldTwice(String(refresh));
  });

  it('are no longer tried to be taken back after a month', async () => {
    await world.service.pool.query(
      `INSERT INTO oauth_revocations (user_id, provider, token, created_at) VALUES ($1, 'away', '-', now() - interval '31 days')`,
      [++users],
    );
    await takenBack();
  });

  it('are taken back by the next process when one is killed in the midst of it', {
    timeout: 240_000,
  }, async () => {
    const told = await variablesOf('integrations', { ...env, API_URL: world.gateway.url });
    const pool = createPool(told.DATABASE_URL!, { max: 2 });
    const main = new URL('./main.ts', import.meta.url);
    const first = startProcess(main, told);
    children.push(first);
    try {
      await first.url();
      const token = await createEncryption(told.ENCRYPTION_KEYS!).encrypt('a token', 'oauth:1');
      provider.onRevoke = first.kill;
      await pool.query(
        `INSERT INTO oauth_revocations (user_id, provider, token) VALUES (1, 'calendar', $1)`,
        [token],
      );
      await first.gone;
      const left = async () => (await pool.query('SELECT FROM oauth_revocations')).rowCount;
      assert.equal(await left(), 1);
      await pool.query('UPDATE oauth_revocations SET leased_until = now()');
      provider.onRevoke = () => {};
      children.push(startProcess(main, told));
      await until(async () => (await left()) === 0);
      await toldTwice('a token');
    } finally {
      await pool.end();
    }
  });
});
