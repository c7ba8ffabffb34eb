import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openPostgresBus } from '@banyan/events/machinery';
import type { RunningService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { contracts } from '../../../contracts/auth.ts';
import { eventOf } from '../../../kit/testing/events.ts';
import { request } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { auth } from '../main.ts';
import { secondsWorth } from './registered.ts';
import { startMailDouble } from './testing/mail-double.ts';

let env: Record<string, string>;
let service: RunningService;
let mails: Awaited<ReturnType<typeof startMailDouble>>;

before(async () => {
  mails = await startMailDouble();
  env = await variablesOf('auth', {
    KEY_VALUE_URL: 'memory:',
    NOTIFICATIONS_URL: mails.url,
    ...serviceKeysOf('auth', ['auth', 'notifications'], 'a secret'),
  });
  service = await auth.start(env);
});
after(async () => {
  await service?.close();
  await mails?.close();
});
beforeEach(async () => {
  await allHandedOver();
  mails.reset();
});

const PASSWORD = 'a good password';
const post = (path: string, body: object, token?: string) =>
  request(service.url, 'POST', path, { body, token });

let people = 0;

const newEmail = () => `person-${++people}@example.com`;

async function register(email: string) {
  const { body } = await post('/auth/register', { email, password: PASSWORD, full_name: 'Some Person' });
  return body;
}

/** Who has left unread what they were sent when they registered. */
async function somebody() {
  const email = newEmail();
  const body = await register(email);
  await mails.to(email);
  await allHandedOver();
  mails.reset();
  const login = async (password: string) => (await post('/auth/login', { email, password })).status;
  return {
    id: body.user.id as number,
    email,
    token: body.access_token as string,
    refresh: body.refresh_token as string,
    login,
  };
}

const askReset = (email: string) => post('/auth/password-reset', { email });
const reset = async (token: string, password = 'another password') =>
  await post('/auth/password-reset/confirm', { token, new_password: password });
const verify = (token: string) => post('/auth/email-verification/confirm', { token });

/** Resolves when nothing waits to be handed over. */
async function allHandedOver(): Promise<void> {
  await until(async () => (await service.pool.query('SELECT FROM mails')).rowCount === 0);
}

describe('a forgotten password', () => {
  it('is replaced by whoever reads the mail, which ends all sessions and is told to the owner', async () => {
    const { email, refresh, login } = await somebody();
    assert.equal((await askReset(email.toUpperCase())).status, 202);
    const mail = await mails.to(email);
    assert.deepEqual([mail.template, mail.to], ['reset_password', email]);
    assert.match(mail.link!, /^http:\/\/127\.0\.0\.1:3000\/reset-password#token=/);
    assert.equal((await reset(mail.token)).status, 204);
    assert.deepEqual([await login(PASSWORD), await login('another password')], [401, 200]);
    assert.equal((await post('/auth/refresh', { refresh_token: refresh })).status, 401);
    await until(() =>
      mails.taken.some(({ to, template }) => to === email && template === 'password_changed'),
    );
  });

  it('is told of in the same words whether there is an account or not, and before that is looked at', async () => {
    const { email } = await somebody();
    const { id, ...suspended } = await somebody();
    await service.pool.query('UPDATE accounts SET is_active = false WHERE id = $1', [id]);
    const answers = await Promise.all([email, suspended.email, 'nobody@example.com'].map(askReset));
    for (const { status, body } of answers) assert.deepEqual([status, body], [202, answers[0]!.body]);
    await allHandedOver();
    assert.deepEqual(
      mails.taken.map(({ to }) => to),
      [email],
    );
  });

  it('is told of five times an hour, with the same answer also after that', async () => {
    const { email } = await somebody();
    for (let n = 0; n < 8; n++) assert.equal((await askReset(email)).status, 202);
    await allHandedOver();
    assert.equal(mails.taken.filter(({ to }) => to === email).length, 5);
  });

  it('is replaced once, however many bring the link at the same time, and no older link is good after it', async () => {
    const { email } = await somebody();
    await askReset(email);
    const first = await mails.to(email);
    await askReset(email);
    await until(() => mails.taken.length === 2);
    const second = mails.taken[1]!;
    const answers = await Promise.all([1, 2, 3, 4].map((n) => reset(second.token, `password number ${n}`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 400, 400, 400]);
    assert.equal((await reset(first.token)).body.code, 'BAD_LINK');
  });

  it('is replaced by one of two links that come at the same time, and the other is told so', async () => {
    const { id, email } = await somebody();
    for (const count of [1, 2]) {
      await askReset(email);
      await until(() => mails.taken.length === count);
    }
    const holding = await service.pool.connect();
    try {
      await holding.query('BEGIN');
      await holding.query('UPDATE accounts SET version = version WHERE id = $1', [id]);
      const answers = mails.taken.map(({ token }) => reset(token));
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await until(async () => (await service.pool.query(waiting)).rowCount === 2);
      await holding.query('COMMIT');
      assert.deepEqual((await Promise.all(answers)).map(({ status }) => status).sort(), [204, 400]);
    } finally {
      holding.release();
    }
  });

  it('is not replaced by a link that is out of date, of another purpose, of another address, or of a suspended account', async () => {
    const spoil: Record<string, (person: { id: number; token: string }) => Promise<unknown>> = {
      'out of date': () =>
        service.pool.query(`UPDATE mail_links SET expires_at = now() - interval '1 second'`),
      'of another address': ({ id }) =>
        service.pool.query(`UPDATE accounts SET email = 'moved-' || email WHERE id = $1`, [id]),
      suspended: ({ id }) => service.pool.query('UPDATE accounts SET is_active = false WHERE id = $1', [id]),
      deleted: ({ token }) => request(service.url, 'DELETE', '/auth/me', { token }),
    };
    for (const [what, spoiled] of Object.entries(spoil)) {
      const person = await somebody();
      await askReset(person.email);
      const { token } = await mails.to(person.email);
      await spoiled(person);
      assert.deepEqual(
        [(await reset(token)).status, await person.login('another password')],
        [400, 401],
        what,
      );
    }
    const { email, token } = await somebody();
    await post('/auth/email-verification', {}, token);
    assert.equal((await reset((await mails.to(email)).token)).body.code, 'BAD_LINK');
  });

  it('sets no password of which bcrypt would not look at the end, and the link is still good', async () => {
    const { email } = await somebody();
    await askReset(email);
    const { token } = await mails.to(email);
    const { status, body } = await reset(token, 'ä'.repeat(37));
    assert.deepEqual([status, body.code], [400, 'PASSWORD_TOO_LONG']);
    assert.equal((await reset(token, 'ä'.repeat(36))).status, 204);
  });

  it('ends also a login with the old password that is under way', async () => {
    for (let round = 0; round < 5; round++) {
      const { email, login } = await somebody();
      await askReset(email);
      const { token } = await mails.to(email);
      mails.reset();
      const logins = Promise.all([login(PASSWORD), login(PASSWORD), login(PASSWORD)]);
      assert.equal((await reset(token)).status, 204);
      await logins;
      const { rows } = await service.pool.query(
        'SELECT FROM refresh_tokens JOIN accounts ON accounts.id = account_id WHERE email = $1 AND NOT revoked',
        [email],
      );
      assert.equal(rows.length, 0);
    }
  });
});

describe('who registers', () => {
  const state = async (token: string) =>
    (await request(service.url, 'GET', '/auth/email-verification', { token })).body;

  it('is sent a link that proves their address, unasked, and once from however many processes', async () => {
    const other = await auth.start(env);
    const email = newEmail();
    const { access_token: token } = await register(email);
    const mail = await mails.to(email);
    assert.equal(mail.template, 'verify_email');
    assert.deepEqual(await state(token), { email, email_verified: false });
    assert.equal((await verify(mail.token)).status, 204);
    assert.deepEqual(await state(token), { email, email_verified: true });
    await allHandedOver();
    await other.close();
    assert.equal(mails.taken.length, 1);
  });

  it('is sent one also where the monolith has answered, but not what is told again, late or of long ago', async () => {
    const bus = await openPostgresBus({ url: env.BUS_URL! });
    const registered = async (ago = 0, more: object = {}) => {
      const email = newEmail();
      const { rows } = await service.pool.query(
        `INSERT INTO accounts (email, password_hash, display_name) VALUES ($1, '!', 'Ada') RETURNING id`,
        [email],
      );
      const registeredAt = new Date(Date.now() - ago).toISOString();
      const data = { userId: rows[0].id, email, fullName: 'Ada', role: 'user', registeredAt };
      return { email, told: { ...eventOf(contracts, 'UserRegistered', data), ...more } };
    };
    const none = [await registered(8 * 86_400_000), await registered(0, { recipient: 'auth' })];
    const one = await registered();
    await bus.publish([...none, one, one].map(({ told }) => told));
    await mails.to(one.email);
    // Heard after all of them.
    const { email } = await somebody();
    await askReset(email);
    await mails.to(email);
    await bus.close();
    const { rows } = await service.pool.query(
      'SELECT message_id FROM banyan_events.inbox WHERE message_id = ANY ($1)',
      [none.map(({ told }) => told.id)],
    );
    assert.equal(rows.length, 2);
    assert.deepEqual(
      mails.received.map(({ to }) => to),
      [email],
    );
  });

  it('is sent it once the link in it leads somewhere: when all users are the service’s', async () => {
    const share = (basisPoints: number) =>
      service.pool.query(
        `INSERT INTO banyan.shares VALUES ('auth', $1) ON CONFLICT (service) DO UPDATE SET share = excluded.share`,
        [basisPoints],
      );
    await service.pool.query(
      'CREATE SCHEMA banyan; CREATE TABLE banyan.shares (service text PRIMARY KEY, share integer)',
    );
    try {
      await share(5_000);
      const email = newEmail();
      const { user } = await register(email);
      const waits = () =>
        service.pool.query(`SELECT FROM mails WHERE email = $1 AND due_at > now() AND leased_until IS NULL`, [
          email,
        ]);
      await until(async () => (await waits()).rowCount === 1);
      const links = await service.pool.query('SELECT FROM mail_links WHERE account_id = $1', [user.id]);
      assert.deepEqual([mails.received.length, links.rowCount], [0, 0]);
      await share(10_000);
      await service.pool.query(`UPDATE mails SET due_at = now(); NOTIFY auth_mails`);
      assert.equal((await verify((await mails.to(email)).token)).status, 204);
    } finally {
      await service.pool.query('DROP SCHEMA banyan CASCADE');
    }
  });

  it('has a week in which it is worth to ask them', () => {
    const at = new Date('2026-11-27T00:00:00Z');
    const after = (seconds: number) => secondsWorth(at, new Date(at.getTime() + seconds * 1_000));
    assert.deepEqual(
      [after(-5), after(0), after(60), after(604_800), after(1e9)],
      [604_800, 604_800, 604_740, 0, 0],
    );
  });
});

describe('an address', () => {
  it('is verified by the link in a mail to it, and no mail is sent after that', async () => {
    const { id, email, token } = await somebody();
    assert.equal((await post('/auth/email-verification', {})).status, 401);
    assert.equal((await post('/auth/email-verification', {}, token)).status, 202);
    const mail = await mails.to(email);
    assert.deepEqual([mail.template, mail.userId], ['verify_email', id]);
    assert.equal((await verify(mail.token)).status, 204);
    assert.equal((await verify(mail.token)).status, 400);
    const { rows } = await service.pool.query('SELECT email_verified_at FROM accounts WHERE id = $1', [id]);
    assert.ok(rows[0].email_verified_at);
    assert.equal((await post('/auth/email-verification', {}, token)).status, 202);
    await allHandedOver();
    assert.equal(mails.taken.filter(({ to }) => to === email).length, 1);
  });

  it('is sent five mails an hour', async () => {
    const { token } = await somebody();
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await post('/auth/email-verification', {}, token)).status);
    assert.deepEqual(statuses, [202, 202, 202, 202, 202, 429]);
  });
});

describe('a mail', () => {
  it('that could not be handed over, or whose answer was lost, comes again as the same', async () => {
    const { email } = await somebody();
    mails.fail('before', 'after');
    await askReset(email);
    await allHandedOver();
    const sent = mails.received.filter(({ to }) => to === email);
    assert.deepEqual(new Set(sent.map(({ key }) => key)).size, 1);
    assert.deepEqual(new Set(sent.slice(1).map(({ token }) => token)).size, 1);
    assert.equal(mails.taken.filter(({ to }) => to === email).length, 1);
    assert.equal((await reset(mails.taken[0]!.token)).status, 204);
  });

  it('that was handed over when the process died before it knew is the same, and is good, in the next process', async () => {
    const { email } = await somebody();
    await askReset(email);
    const { token, key } = await mails.to(email);
    await allHandedOver();
    // As if it had died before it took the mail out of its queue.
    const secret = token.split('.')[1]!;
    const { encryption } = service.provided.signer as {
      encryption: { encrypt(text: string, context: string): Promise<string> };
    };
    await service.pool.query(
      `INSERT INTO mails (id, kind, email, encrypted_secret, expires_at) VALUES ($1, 'reset_password', $2, $3, now() + interval '1 hour')`,
      [key, email, await encryption.encrypt(secret, `mail:${key}`)],
    );
    const next = await auth.start(env);
    await allHandedOver();
    await next.close();
    assert.deepEqual(new Set(mails.received.map((mail) => mail.token)).size, 1);
    assert.equal(mails.taken.length, 1);
    assert.equal((await reset(token)).status, 204);
  });

  it('says in the database nothing that its link could be made of', async () => {
    const { email } = await somebody();
    mails.hold();
    await askReset(email);
    const { token } = await until(() => mails.received[0]);
    const { rows } = await service.pool.query(
      `SELECT string_agg(text, ' ') AS text FROM (SELECT mails::text FROM mails UNION ALL SELECT mail_links::text FROM mail_links) AS row (text)`,
    );
    mails.release();
    const [, secret] = token.split('.');
    for (const shape of [secret!, Buffer.from(secret!, 'base64url').toString('hex')])
      assert.ok(!rows[0].text.includes(shape));
    await allHandedOver();
  });
});
