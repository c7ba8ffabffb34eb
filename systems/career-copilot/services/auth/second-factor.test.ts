import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunningService } from '@banyan/service';
import { request } from '../../kit/testing/request.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { auth } from './main.ts';
import { bytesOf } from './testing/base32.ts';
import { codeAt } from './totp.ts';

const PASSWORD = 'a good password';
let service: RunningService;

before(async () => {
  service = await auth.start(await variablesOf('auth'));
});
after(async () => await service?.close());

const post = (path: string, body: object, token?: string) =>
  request(service.url, 'POST', path, { body, token });
const state = async (token: string) =>
  (await request(service.url, 'GET', '/auth/second-factor', { token })).body;

let people = 0;

async function somebody() {
  const email = `person-${++people}@example.com`;
  const { body } = await post('/auth/register', { email, password: PASSWORD, full_name: 'Some Person' });
  const login = (code?: string, password = PASSWORD) => post('/auth/login', { email, password, code });
  return { id: body.user.id as number, token: body.access_token as string, login };
}

/** Somebody with a confirmed factor; `code` gives one that was not used, as an app would with time. */
async function withFactor() {
  const person = await somebody();
  const { secret } = (await post('/auth/second-factor', {}, person.token)).body;
  const bytes = bytesOf(secret);
  const now = () => Math.floor(Date.now() / 30_000);
  const { status, body } = await post(
    '/auth/second-factor/confirm',
    { code: codeAt(bytes, now()) },
    person.token,
  );
  assert.equal(status, 200);
  /** As if time had passed since the last code was used. */
  const code = async () => {
    await service.pool.query('UPDATE second_factors SET last_step = 0 WHERE account_id = $1', [person.id]);
    return codeAt(bytes, now());
  };
  return { ...person, code, recovery: body.recovery_codes as string[] };
}

describe('a second factor', () => {
  it('is asked for once it is confirmed, and not before', async () => {
    const { token, login } = await somebody();
    await post('/auth/second-factor', {}, token);
    assert.equal((await login()).status, 200);
    const other = await withFactor();
    const asked = await other.login();
    assert.deepEqual([asked.status, asked.body], [401, { detail: 'A code of your second factor is needed' }]);
    const code = await other.code();
    assert.equal((await other.login(`${code.slice(0, 3)} ${code.slice(3)}`)).status, 200);
  });

  it('is not dropped by figures, which would have the monolith ask for the password alone', async () => {
    process.env.CAREER_AUTH_DATABASE_URL ??= service.pool.options.connectionString;
    const { default: extraction } = await import('./extraction.ts');
    assert.equal(extraction.rollout?.onFailure, 'pause');
  });

  it('is not told of to whoever has no password', async () => {
    const { login } = await withFactor();
    assert.equal((await login(undefined, 'a wrong password')).body.detail, 'Incorrect email or password');
  });

  it('lets each code in once, however many bring it at the same time', async () => {
    const { login, code, recovery } = await withFactor();
    for (const each of [await code(), recovery[0]!]) {
      const answers = await Promise.all([1, 2, 3, 4].map(() => login(each)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
    }
  });

  it('is locked after five wrong codes in a row, also for good ones', async () => {
    const { login, code } = await withFactor();
    for (let tries = 0; tries < 5; tries++) assert.equal((await login('no code')).status, 401);
    assert.equal((await login(await code())).status, 429);
  });

  it('can be replaced by a code for recovery, as it is written down by hand', async () => {
    const { login, recovery } = await withFactor();
    assert.equal(recovery.length, 10);
    assert.equal((await login(recovery[3]!.toLowerCase().replaceAll('-', ''))).status, 200);
    assert.equal((await login(recovery[3])).status, 401);
  });

  it('is removed with a code only, and set up anew after that only', async () => {
    const { token, login, code } = await withFactor();
    assert.equal((await post('/auth/second-factor', {}, token)).status, 409);
    const wrong = await post('/auth/second-factor/remove', { code: '000' }, token);
    assert.deepEqual([wrong.status, wrong.body.code], [403, 'WRONG_CODE']);
    assert.equal((await post('/auth/second-factor/remove', { code: await code() }, token)).status, 204);
    assert.equal((await login()).status, 200);
    assert.equal((await post('/auth/second-factor', {}, token)).status, 201);
  });

  it('is told of to its owner, with how many codes for recovery are left', async () => {
    const { token } = await somebody();
    await post('/auth/second-factor', {}, token);
    assert.deepEqual(await state(token), { enabled: false, recovery_codes_left: 0 });
    const other = await withFactor();
    await other.login(other.recovery[0]);
    assert.deepEqual(await state(other.token), { enabled: true, recovery_codes_left: 9 });
    await post('/auth/second-factor/remove', { code: other.recovery[1] }, other.token);
    assert.deepEqual(await state(other.token), { enabled: false, recovery_codes_left: 0 });
  });

  it('lies in the database encrypted', async () => {
    const { token, id } = await somebody();
    const { secret } = (await post('/auth/second-factor', {}, token)).body;
    const { rows } = await service.pool.query(
      'SELECT encrypted_secret FROM second_factors WHERE account_id = $1',
      [id],
    );
    const bytes = bytesOf(secret);
    for (const shape of ['base64url', 'hex', 'base64'] as const)
      assert.ok(!rows[0].encrypted_secret.includes(bytes.toString(shape)));
  });
});
