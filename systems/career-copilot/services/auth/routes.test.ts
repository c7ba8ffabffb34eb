import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunningService } from '@banyan/service';
import { hash } from '@node-rs/bcrypt';
import type { Tokens } from '../../api/auth.ts';
import { said } from '../../kit/testing/events.ts';
import { request } from '../../kit/testing/request.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { hashRefreshToken } from './decide.ts';
import { auth } from './main.ts';

let env: Record<string, string>;
let service: RunningService;

before(async () => {
  env = await variablesOf('auth', { REFRESH_GRACE_SECONDS: '60' });
  service = await auth.start(env);
});

after(async () => await service?.close());

const call = (
  method: string,
  path: string,
  { at = service, ...sent }: { body?: unknown; token?: string; at?: RunningService } = {},
) => request(at.url, method, path, sent);

let people = 0;

async function register(): Promise<{ id: number; email: string; tokens: Tokens }> {
  const email = `person-${++people}@example.com`;
  const body = { email, password: 'a good password', full_name: 'Some  Person' };
  const registered = await call('POST', '/auth/register', { body });
  assert.equal(registered.status, 201);
  return { id: registered.body.user.id, email, tokens: registered.body };
}

async function registerAdmin(): Promise<{ id: number; token: string }> {
  const { id, tokens } = await register();
  await service.pool.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [id]);
  return { id, token: tokens.access_token };
}

const refresh = (refreshToken: string, at?: RunningService) =>
  call('POST', '/auth/refresh', { body: { refresh_token: refreshToken }, at });

/** As if the exchange had been so long ago that no grace is left. */
const forgetGrace = (refreshToken: string) =>
  service.pool.query(
    `UPDATE refresh_tokens SET rotated_at = rotated_at - interval '1 hour' WHERE token_hash = $1`,
    [hashRefreshToken(refreshToken)],
  );

describe('sessions', () => {
  const sessionsOf = async (token: string) => (await call('GET', '/auth/sessions', { token })).body.sessions;

  it('are where somebody is logged in, and say which of them asks', async () => {
    const { email, tokens } = await register();
    const other = await call('POST', '/auth/login', { body: { email, password: 'a good password' } });
    await refresh(tokens.refresh_token);
    const sessions = await sessionsOf(other.body.access_token);
    assert.deepEqual(
      sessions.map((session: { current: boolean }) => session.current),
      [false, true],
      'the one that was used last comes first',
    );
  });

  it('are ended one at a time, or all but one', async () => {
    const { email, tokens } = await register();
    const login = async () =>
      (await call('POST', '/auth/login', { body: { email, password: 'a good password' } })).body as Tokens;
    const [second, third] = [await login(), await login()];
    const [newest] = await sessionsOf(tokens.access_token);
    const end = (id: string) => call('DELETE', `/auth/sessions/${id}`, { token: tokens.access_token });
    assert.equal((await end(newest.id)).status, 204);
    assert.equal((await refresh(third.refresh_token)).status, 401);
    assert.equal((await call('DELETE', '/auth/sessions', { token: tokens.access_token })).status, 204);
    assert.equal((await refresh(second.refresh_token)).status, 401);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    assert.equal((await sessionsOf(tokens.access_token)).length, 1);
  });

  it('of others are not there', async () => {
    const [mine, theirs] = [await register(), await register()];
    const [session] = await sessionsOf(theirs.tokens.access_token);
    const ended = await call('DELETE', `/auth/sessions/${session.id}`, { token: mine.tokens.access_token });
    assert.deepEqual([ended.status, ended.body.code], [404, 'SESSION_NOT_FOUND']);
    assert.equal((await refresh(theirs.tokens.refresh_token)).status, 200);
  });

  it('that are ended while their tokens are exchanged stay ended', async () => {
    for (let round = 0; round < 10; round++) {
      const { tokens } = await register();
      const [session] = await sessionsOf(tokens.access_token);
      /** Goes on exchanging, each time with what it was given last. */
      const goOn = async () => {
        for (let token = tokens.refresh_token; ; ) {
          const isOver = ended;
          const { status, body } = await refresh(token);
          if (status !== 200) return;
          assert.equal(isOver, false, 'a session that was ended goes on');
          token = body.refresh_token;
        }
      };
      let ended = false;
      const clients = [goOn(), goOn(), goOn()];
      await call('DELETE', `/auth/sessions/${session.id}`, { token: tokens.access_token });
      ended = true;
      await Promise.all(clients);
      assert.deepEqual(await sessionsOf(tokens.access_token), []);
    }
  });
});

describe('refresh tokens', () => {
  it('are exchanged for the next, and the next is good', async () => {
    const { tokens } = await register();
    const second = await refresh(tokens.refresh_token);
    assert.equal(second.status, 200);
    assert.notEqual(second.body.refresh_token, tokens.refresh_token);
    assert.equal((await refresh(second.body.refresh_token)).status, 200);
  });

  it('bear two requests at once: each gets a good one', async () => {
    const { tokens } = await register();
    const answers = await Promise.all([1, 2, 3].map(() => refresh(tokens.refresh_token)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    for (const { body } of answers) assert.equal((await refresh(body.refresh_token)).status, 200);
  });

  it('end the whole family when a used one comes back late', async () => {
    const { tokens } = await register();
    const second = await refresh(tokens.refresh_token);
    await forgetGrace(tokens.refresh_token);
    assert.equal((await refresh(tokens.refresh_token)).status, 401);
    assert.equal((await refresh(second.body.refresh_token)).status, 401);
  });

  it('of another login of the same person survive that', async () => {
    const { email, tokens } = await register();
    const other = await call('POST', '/auth/login', { body: { email, password: 'a good password' } });
    await refresh(tokens.refresh_token);
    await forgetGrace(tokens.refresh_token);
    assert.equal((await refresh(tokens.refresh_token)).status, 401);
    assert.equal((await refresh(other.body.refresh_token)).status, 200);
  });

  it('of a family that was logged out are dead, also within the grace', async () => {
    const { tokens } = await register();
    const second = await refresh(tokens.refresh_token);
    await call('POST', '/auth/logout', { body: { refresh_token: second.body.refresh_token } });
    assert.equal((await refresh(second.body.refresh_token)).status, 401);
    assert.equal((await refresh(tokens.refresh_token)).status, 401);
  });

  it('made by the legacy system are exchanged too', async () => {
    const { id } = await register();
    await service.pool.query(
      `INSERT INTO refresh_tokens (account_id, token_hash, expires_at) VALUES ($1, $2, now() + interval '1 day')`,
      [id, hashRefreshToken('from the monolith')],
    );
    assert.equal((await refresh('from the monolith')).status, 200);
  });

  it('do nothing for a suspended account, and are good again when it is reinstated', async () => {
    const admin = await registerAdmin();
    const { id, tokens } = await register();
    await call('POST', `/users/${id}/suspend`, { token: admin.token });
    assert.equal((await refresh(tokens.refresh_token)).status, 403);
    await call('POST', `/users/${id}/reinstate`, { token: admin.token });
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });
});

describe('the signing key', () => {
  it('stays over a restart and is the same on every instance', async () => {
    const { tokens } = await register();
    const [one, two] = await Promise.all([auth.start(env), auth.start(env)]);
    for (const at of [one, two]) {
      assert.equal((await call('GET', '/auth/me', { token: tokens.access_token, at })).status, 200);
    }
    await Promise.all([one.close(), two.close()]);
  });

  it('is published without its private part', async () => {
    const { keys } = (await (await fetch(`${service.url}/.well-known/jwks.json`)).json()) as {
      keys: object[];
    };
    assert.equal(keys.length, 1);
    assert.ok(!('d' in keys[0]!));
  });
});

describe('password hashes', () => {
  it('stay bcrypt while the legacy system must read them', async () => {
    const { id, email, tokens } = await register();
    const change = { current_password: 'a good password', new_password: 'a better password' };
    await call('PUT', '/users/me/password', { token: tokens.access_token, body: change });
    await call('POST', '/auth/login', { body: { email, password: 'a better password' } });
    assert.match(await hashOf(id), /^\$2b\$04\$/);
  });

  it('become argon2id at the first login after it is retired, and still let in', async () => {
    const { id, email } = await register();
    const later = await auth.start({ ...env, PASSWORD_HASH: 'argon2id' });
    const body = { email, password: 'a good password' };
    assert.equal((await call('POST', '/auth/login', { body, at: later })).status, 200);
    assert.match(await hashOf(id), /^\$argon2id\$/);
    assert.equal((await call('POST', '/auth/login', { body, at: later })).status, 200);
    assert.equal(
      (await call('POST', '/auth/login', { body: { ...body, password: 'wrong' }, at: later })).status,
      401,
    );
    await later.close();
  });

  it('of the legacy system with any prefix let in', async () => {
    const { id, email } = await register();
    const legacy = (await hash('old password', { cost: 4 })).replace('$2b$', '$2a$');
    await service.pool.query('UPDATE accounts SET password_hash = $2 WHERE id = $1', [id, legacy]);
    assert.equal(
      (await call('POST', '/auth/login', { body: { email, password: 'old password' } })).status,
      200,
    );
  });
});

async function hashOf(id: number): Promise<string> {
  const { rows } = await service.pool.query('SELECT password_hash FROM accounts WHERE id = $1', [id]);
  return rows[0].password_hash;
}

describe('administration', () => {
  it('is for administrators', async () => {
    const { id, tokens } = await register();
    const token = tokens.access_token;
    for (const [method, path] of [
      ['GET', '/users'],
      ['POST', `/users/${id}/suspend`],
      ['POST', `/users/${id}/verify`],
    ] as const) {
      assert.equal((await call(method, path, { token })).status, 403);
      assert.equal((await call(method, path)).status, 401);
    }
  });

  it('lists everybody once, page by page', async () => {
    const admin = await registerAdmin();
    const { rows } = await service.pool.query('SELECT id FROM accounts ORDER BY id');
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await call('GET', `/users?limit=3${query}`, { token: admin.token });
      assert.equal(page.status, 200);
      seen.push(...page.body.users.map(({ id }: { id: number }) => id));
      cursor = page.body.next_cursor;
    }
    assert.deepEqual(
      seen,
      rows.map(({ id }) => id),
    );
    assert.equal((await call('GET', '/users?cursor=nonsense', { token: admin.token })).status, 400);
  });

  it('never shows a password hash', async () => {
    const admin = await registerAdmin();
    const { body } = await call('GET', '/users', { token: admin.token });
    assert.doesNotMatch(JSON.stringify(body), /\$2b\$|password/);
  });

  it('suspends and verifies once, however often it is asked', async () => {
    const admin = await registerAdmin();
    const { id, email } = await register();
    const verified = await call('POST', `/users/${id}/verify`, { token: admin.token });
    assert.ok(verified.body.email_verified_at);
    const again = await call('POST', `/users/${id}/verify`, { token: admin.token });
    assert.deepEqual(again.body, verified.body);
    const suspended = await call('POST', `/users/${id}/suspend`, { token: admin.token });
    assert.equal(suspended.body.is_active, false);
    assert.deepEqual(
      (await call('POST', `/users/${id}/suspend`, { token: admin.token })).body,
      suspended.body,
    );
    const body = { email, password: 'a good password' };
    assert.equal((await call('POST', '/auth/login', { body })).status, 403);
  });

  it('keeps why somebody is suspended as long as they are, and tells it', async () => {
    const admin = await registerAdmin();
    const { id } = await register();
    const path = `/users/${id}/suspend`;
    assert.equal((await call('POST', path, { token: admin.token, body: { reason: '' } })).status, 400);
    const { body } = await call('POST', path, { token: admin.token, body: { reason: 'Spam' } });
    assert.equal(body.suspension_reason, 'Spam');
    const told = (await said(service, 'UserSuspended')).filter(({ userId }) => userId === id);
    assert.deepEqual(told, [{ userId: id, byUserId: admin.id, reason: 'Spam' }]);
    const reinstated = await call('POST', `/users/${id}/reinstate`, { token: admin.token });
    assert.equal(reinstated.body.suspension_reason, null);
  });

  it('reinstates whom the monolith has locked, too', async () => {
    const admin = await registerAdmin();
    const { id } = await register();
    await service.pool.query('UPDATE accounts SET is_active = false WHERE id = $1', [id]);
    const { body } = await call('POST', `/users/${id}/reinstate`, { token: admin.token });
    assert.equal(body.is_active, true);
  });

  it('finds addresses by how they begin, in any case and as text', async () => {
    const admin = await registerAdmin();
    const { id, email } = await register();
    const found = async (q: string) => {
      const { body } = await call('GET', `/users?q=${encodeURIComponent(q)}`, { token: admin.token });
      return body.users.map((user: { id: number }) => user.id);
    };
    assert.deepEqual(await found(email.toUpperCase()), [id]);
    assert.ok((await found(email.slice(0, 3))).includes(id));
    assert.deepEqual(await found(email.slice(1)), []);
    assert.deepEqual(await found('%'), []);
  });

  it('does not let administrators lock themselves out', async () => {
    const admin = await registerAdmin();
    assert.equal((await call('POST', `/users/${admin.id}/suspend`, { token: admin.token })).status, 409);
  });
});

describe('a registration', () => {
  it('is told to its own account, with the name as it was given, also when that is suspended', async () => {
    const admin = await registerAdmin();
    const { id, email, tokens } = await register();
    const ask = () => call('GET', '/auth/me/registration', { token: tokens.access_token });
    const { status, body } = await ask();
    const { created_at: createdAt, ...rest } = body;
    assert.equal(status, 200);
    assert.deepEqual(rest, { id, email, full_name: 'Some  Person', is_active: true, role: 'user' });
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 600_000);
    await call('POST', `/users/${id}/suspend`, { token: admin.token });
    assert.deepEqual((await ask()).body, { ...body, is_active: false });
  });

  it('is told to nobody without a good token', async () => {
    assert.equal((await call('GET', '/auth/me/registration')).status, 401);
    assert.equal((await call('GET', '/auth/me/registration', { token: 'nonsense' })).status, 401);
  });
});

describe('deleting an account', () => {
  it('leaves a row that says nothing about the person and lets nobody in, and twice is no error', async () => {
    const admin = await registerAdmin();
    const { id, email, tokens } = await register();
    const token = tokens.access_token;
    assert.equal((await call('DELETE', '/auth/me', { token })).status, 204);
    assert.equal((await call('DELETE', '/auth/me', { token })).status, 204);
    const { rows } = await service.pool.query('SELECT * FROM accounts WHERE id = $1', [id]);
    assert.equal(rows[0].email, `deleted-${id}@deleted.invalid`);
    assert.doesNotMatch(JSON.stringify(rows[0]), /person|Some/);
    const login = { email, password: 'a good password' };
    assert.equal((await call('POST', '/auth/login', { body: login })).status, 401);
    assert.equal((await refresh(tokens.refresh_token)).status, 403);
    assert.equal((await call('POST', `/users/${id}/reinstate`, { token: admin.token })).status, 409);
  });

  it('frees the email for a new registration', async () => {
    const { email, tokens } = await register();
    await call('DELETE', '/auth/me', { token: tokens.access_token });
    const body = { email, password: 'a good password', full_name: 'Back Again' };
    assert.equal((await call('POST', '/auth/register', { body })).status, 201);
  });
});
