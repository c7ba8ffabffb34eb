import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import {
  headerOf,
  NUMBERS,
  type SmtpDouble,
  startFcm,
  startSmtp,
  startSns,
} from '@banyan/notifications/testing';
import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import type { Json } from '../../kit/testing/service.ts';
import { startWithGateway } from '../../kit/testing/world.ts';
import { type facts, followOthers } from './follow.ts';
import { notification } from './main.ts';
import { kinds } from './templates/kinds.ts';

const start = (env: Record<string, string>) => startWithGateway(notification, env);
let smtp: SmtpDouble;
let sns: Awaited<ReturnType<typeof startSns>>;
let fcm: Awaited<ReturnType<typeof startFcm>>;
let world: Awaited<ReturnType<typeof start>>;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' };

before(async () => {
  Object.assign(process.env, CREDENTIALS);
  [smtp, sns, fcm] = await Promise.all([startSmtp(), startSns(), startFcm()]);
  world = await start({
    PUBLIC_URL: 'https://skillswap.example',
    WEB_URL: 'https://app.skillswap.example',
    SMTP_URL: smtp.url,
    SNS_REGION: 'eu-central-1',
    SNS_URL: sns.url,
    FCM_URL: fcm.url,
    FCM_SERVICE_ACCOUNT: fcm.serviceAccount,
  });
});

after(async () => {
  await world?.stop();
  await Promise.all([smtp?.stop(), sns?.stop(), fcm?.stop()]);
  for (const name of Object.keys(CREDENTIALS)) delete process.env[name];
});

const call = (as: string, method: string, path: string, body?: object) =>
  world.call(as, method, `/notifications${path}`, body);

/** Somebody whom replication has brought here. */
async function person(id: string = randomUUID(), status = 'ACTIVE'): Promise<{ id: string; email: string }> {
  const email = `ada@${id}.example`;
  await world.service.pool.query('INSERT INTO users VALUES ($1, $2, $3)', [id, email, status]);
  return { id, email };
}

type Data = { [T in keyof typeof facts]: Parameters<(typeof facts)[T]>[0]['data'] } & {
  UserDeleted: { userId: string };
  NotificationSent: {
    userId: string;
    kind: string;
    channel: 'in_app';
    notificationId: string;
    deliveryId?: string;
  };
};

/** As the inbox does: in a transaction, and perhaps more than once. */
async function hear<T extends keyof Data>(type: T, data: Data[T]): Promise<void> {
  const { telling, events } = world.service.provided;
  const handler = followOthers(telling)[type] as unknown as (
    message: object,
    context: object,
  ) => Promise<void>;
  const message = { id: randomUUID(), time: new Date().toISOString(), type, data };
  await withTransaction(world.service.pool, (tx) =>
    handler(message, { tx, publish: (name: never, told: never) => events.publish(tx, name, told) }),
  );
}

async function states(userId: string): Promise<string[]> {
  return await until(async () => {
    const { rows } = await world.service.pool.query(
      'SELECT channel, state FROM deliveries WHERE user_id = $1',
      [userId],
    );
    const isOver = rows.every(({ state }) => !['queued', 'sending'].includes(state));
    return rows.length > 0 && isOver && rows.map(({ channel, state }) => `${channel} ${state}`).sort();
  });
}

describe('the routes of the monolith', () => {
  it('tell once that something was read, and are closed to who is suspended, and to what others were told', async () => {
    const [{ id: ada }, { id: grace }] = [await person(), await person(randomUUID(), 'SUSPENDED')];
    const id = randomUUID();
    await world.service.pool.query(
      `INSERT INTO notifications VALUES ($1, $2, 'credits_added', 'T', 'B', false, now())`,
      [id, ada],
    );
    assert.equal((await call((await person()).id, 'PUT', `/${id}/read`)).status, 404);
    for (let times = 0; times < 2; times++)
      assert.equal((await call(ada, 'PUT', `/${id}/read`)).body.isRead, true);
    const told = (await world.said('NotificationRead')).filter(({ userId }) => userId === ada);
    assert.deepEqual(told, [{ userId: ada, notificationId: id }]);
    const { status, body } = await call(grace, 'GET', '');
    assert.deepEqual([status, body.code], [403, 'ACCOUNT_INACTIVE']);
  });
});

describe('what the monolith says', () => {
  /** A row of it that replication has brought, and what is told of that. */
  async function bring(userId: string, kind: string): Promise<string> {
    const id = randomUUID();
    await world.service.pool.query(
      `INSERT INTO notifications VALUES ($1, $2, $3, 'A session {{ has }} changed', 'It is “accepted”.', false, now())`,
      [id, userId, kind],
    );
    return id;
  }

  it('is found in the app as it is, and told once by the other ways that its reader has chosen, in its words', async () => {
    const { id: userId, email } = await person();
    const notificationId = await bring(userId, 'session_accepted');
    const told = { userId, kind: 'session_accepted', channel: 'in_app' as const, notificationId };
    for (let times = 0; times < 2; times++) await hear('NotificationSent', told);
    assert.deepEqual(await states(userId), ['email sent']);
    const mails = smtp.mails.filter(({ to }) => to === email);
    assert.deepEqual(
      mails.map(({ raw }) => headerOf(raw, 'subject')),
      ['A session {{ has }} changed'],
    );
    assert.match(mails[0]!.raw, /example\/notifications/);
    const { items } = (await call(userId, 'GET', '/feed')).body;
    assert.deepEqual(
      items.map(({ id, isRead }: Json) => [id, isRead]),
      [[`n${notificationId}`, false]],
    );
  });

  it('is in the app alone if nobody knows the kind, and where its reader wants no more', async () => {
    const { id: userId } = await person();
    const chosen = { session_in_progress: { push: false, email: 'off' } };
    const { body } = await call(userId, 'PUT', '/preferences', { kinds: chosen });
    assert.deepEqual(body.kinds.session_in_progress, { inApp: true, email: 'off', sms: false, push: false });
    for (const kind of ['session_in_progress', 'of_before']) {
      const notificationId = await bring(userId, kind);
      await hear('NotificationSent', { userId, kind, channel: 'in_app', notificationId });
    }
    const { rows } = await world.service.pool.query('SELECT FROM deliveries WHERE user_id = $1', [userId]);
    assert.equal(rows.length, 0);
    assert.equal((await call(userId, 'GET', '/feed/unread')).body.count, 2);
  });

  it('is told as was chosen under its former name, unless its reader has chosen anew', async () => {
    const { pool } = world.service;
    const [{ id: before }, { id: anew }] = [await person(), await person()];
    await call(anew, 'PUT', '/preferences', { kinds: { session_in_progress: { email: 'instant' } } });
    await pool.query(
      `INSERT INTO preferences (user_id, chosen) SELECT id, '{"session_started": {"push": false}, "welcome": {"push": true}}' FROM unnest($1::uuid[]) AS id
       ON CONFLICT (user_id) DO UPDATE SET chosen = preferences.chosen || excluded.chosen`,
      [[before, anew]],
    );
    await pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
    const chosen = async (userId: string) =>
      (await pool.query('SELECT chosen FROM preferences WHERE user_id = $1', [userId])).rows[0].chosen;
    assert.deepEqual(await chosen(before), { session_in_progress: { push: false }, welcome: { push: true } });
    assert.deepEqual((await chosen(anew)).session_in_progress, { email: 'instant' });
    assert.equal((await chosen(anew)).session_started, undefined);
  });

  it('comes in a digest with what else is told', async () => {
    const { id: userId, email } = await person();
    await call(userId, 'PUT', '/preferences', { kinds: { session_accepted: { email: 'daily' } } });
    const notificationId = await bring(userId, 'session_accepted');
    await hear('NotificationSent', { userId, kind: 'session_accepted', channel: 'in_app', notificationId });
    await world.service.pool.query(`UPDATE deliveries SET due_at = now() WHERE user_id = $1`, [userId]);
    const { raw } = await until(() => smtp.mails.find(({ to }) => to === email));
    assert.match(raw, /- It is/);
  });
});

describe('the routes of its own', () => {
  it('have names as those of the monolith, and take no others', async () => {
    const { id: userId } = await person();
    const quiet = { from: '22:00', to: '07:00' };
    const { body: chosen } = await call(userId, 'PUT', '/preferences', {
      quietHours: quiet,
      time_zone: 'UTC+1',
    });
    assert.deepEqual([chosen.quietHours, chosen.timeZone], [quiet, 'UTC']);
    const data = { userId, credits: 5, transactionId: randomUUID(), reason: 'BONUS' };
    await hear('CreditsAdded', data);
    const names = async (path: string) => Object.keys((await call(userId, 'GET', path)).body).sort();
    assert.deepEqual(await names('/feed?unreadOnly=true&limit=1'), ['items', 'nextCursor']);
    assert.deepEqual(await names('/deliveries'), ['items', 'nextCursor']);
    assert.deepEqual(await names('/push-key'), ['publicKey']);
    const wrong = await call(userId, 'PUT', '/preferences', { quietHours: 'never' });
    assert.deepEqual([wrong.status, /quietHours/.test(JSON.stringify(wrong.body))], [400, true]);
    const described = await (await fetch(`${world.service.url}/openapi.json`)).text();
    const inSnakeCase = [...described.matchAll(/"([a-z]+(?:_[a-z]+)+)":/g)].map(([, name]) => name!);
    assert.deepEqual(
      inSnakeCase.filter((name) => !Object.hasOwn(kinds, name)),
      [],
    );
  });
});

describe('what payment says', () => {
  it('is told once, in the app and by e-mail, in the language of its reader', async () => {
    const { id: userId, email } = await person();
    assert.equal((await call(userId, 'PUT', '/preferences', { locale: 'de' })).status, 200);
    const data = { userId, credits: 1_100, transactionId: randomUUID(), reason: 'PURCHASE' };
    for (let times = 0; times < 2; times++) await hear('CreditsAdded', data);
    await hear('CreditsAdded', { ...data, transactionId: randomUUID(), reason: 'OPENING' });
    assert.deepEqual(await states(userId), ['email sent', 'in_app sent']);
    const { items } = (await call(userId, 'GET', '/feed')).body;
    assert.deepEqual(
      items.map(({ title, link }: Json) => [title, link]),
      [['1.100 Credits gutgeschrieben', 'https://app.skillswap.example/credits']],
    );
    const mails = smtp.mails.filter(({ to }) => to === email);
    assert.equal(mails.length, 1);
    assert.match(
      headerOf(mails[0]!.raw, 'list-unsubscribe'),
      /^<https:\/\/skillswap.example\/api\/v1\/notifications\/unsubscribe/,
    );
  });

  it('tells who is paid what is theirs of it, and who gets credits back that they have them', async () => {
    const [seeker, provider] = [await person(), await person()];
    await hear('CreditsTransferred', {
      fromUserId: seeker.id,
      toUserId: provider.id,
      amount: 40,
      platformFee: 2,
      transactionId: randomUUID(),
      reference: null,
    });
    const held = { userId: seeker.id, holdId: randomUUID(), credits: 1, reference: null };
    await hear('CreditsReleased', { ...held, reason: 'EXPIRED' });
    const titles = async (userId: string) =>
      (await call(userId, 'GET', '/feed')).body.items.map(({ title }: Json) => title);
    assert.deepEqual(await titles(provider.id), ['You have earned 38 credits']);
    assert.deepEqual(await titles(seeker.id), ['You have 1 credit back']);
  });

  it('goes to apps on telephones by FCM, and to a number that was confirmed by SNS; an app that is gone is forgotten', async () => {
    const { id: userId } = await person();
    const chosen = { credits_added: { push: true, sms: true, email: 'off' } };
    await call(userId, 'PUT', '/preferences', { kinds: chosen });
    const tokens = ['good', 'missing'].map((name) => `${name}-${randomUUID()}`);
    for (const token of tokens) assert.equal((await call(userId, 'POST', '/devices', { token })).status, 201);
    await call(userId, 'PUT', '/phone', { number: NUMBERS.good });
    const code = await until(() => sns.received.find(({ to }) => to === NUMBERS.good)?.text.slice(0, 6));
    assert.equal((await call(userId, 'POST', '/phone/confirm', { code })).body.confirmed, true);
    await hear('CreditsAdded', { userId, credits: 5, transactionId: randomUUID(), reason: 'BONUS' });
    assert.deepEqual(await states(userId), [
      'in_app sent',
      'push bounced',
      'push sent',
      'sms sent',
      'sms sent',
    ]);
    assert.equal(
      sns.received.at(-1)!.text,
      'Your wallet has 5 credits more. https://app.skillswap.example/credits',
    );
    assert.deepEqual(
      fcm.received.map(({ to, text }) => [to, text]),
      [[tokens[0], 'Your wallet has 5 credits more.']],
    );
    const { rows } = await world.service.pool.query(
      'SELECT endpoint FROM push_subscriptions WHERE user_id = $1',
      [userId],
    );
    assert.deepEqual(
      rows.map(({ endpoint }) => endpoint),
      [tokens[0]],
    );
  });
});

describe('what the monolith would tell too', () => {
  const share = (text: string) =>
    world.service.pool.query(`CREATE SCHEMA IF NOT EXISTS banyan; CREATE TABLE IF NOT EXISTS banyan.shares (service text PRIMARY KEY, share int);
      DELETE FROM banyan.shares; INSERT INTO banyan.shares ${text}`);
  after(() => world.service.pool.query('DROP TABLE IF EXISTS banyan.shares'));

  it('is among its rows, which go back to it, from the first users on; before and else it is in the feed alone', async () => {
    const { id: userId } = await person();
    const added = (n: number) => ({ userId, credits: n, transactionId: randomUUID(), reason: 'BONUS' });
    const titles = async (path: string, items: string) =>
      (await call(userId, 'GET', path)).body[items].map(({ title }: Json) => title);
    await share(`SELECT WHERE false`);
    await hear('CreditsAdded', added(1));
    await share(`VALUES ('notification', 0)`);
    await hear('CreditsAdded', added(2));
    assert.deepEqual(await titles('', 'content'), []);
    await share(`VALUES ('notification', NULL)`);
    await hear('CreditsAdded', added(3));
    assert.deepEqual(await titles('', 'content'), []);
    await share(`VALUES ('notification', 100)`);
    const fourth = added(4);
    for (let times = 0; times < 2; times++) await hear('CreditsAdded', fourth);
    const released = { userId, holdId: randomUUID(), credits: 1, reference: null };
    await hear('CreditsReleased', { ...released, reason: 'EXPIRED' });
    assert.deepEqual(await titles('', 'content'), ['4 credits added']);
    assert.deepEqual(await titles('/feed', 'items'), [
      'You have 1 credit back',
      '4 credits added',
      '3 credits added',
      '2 credits added',
      '1 credit added',
    ]);
    const [{ id }] = (await call(userId, 'GET', '')).body.content;
    const { items } = (await call(userId, 'GET', '/feed')).body;
    assert.deepEqual([items[1].id, items[1].link], [`n${id}`, 'https://app.skillswap.example/credits']);
    // It is said once, and told by other ways once: not again as what others have made.
    const said = (await world.said('NotificationSent')).filter(({ notificationId }) => notificationId === id);
    assert.deepEqual(said, [
      { userId, kind: 'credits_added', channel: 'in_app', notificationId: id, deliveryId: id },
    ]);
    await hear('NotificationSent', said[0] as Data['NotificationSent']);
    const { rows } = await world.service.pool.query(
      `SELECT fact FROM deliveries WHERE user_id = $1 AND channel = 'email' AND kind = 'credits_added' AND fact LIKE 'row:%'`,
      [userId],
    );
    assert.deepEqual(rows, []);
  });
});

describe('what user says', () => {
  it('makes somebody known, who is welcomed once, and is forgotten when they are gone', async () => {
    const userId = randomUUID();
    const email = `grace@${userId}.example`;
    const data = { userId, email, fullName: 'Grace', timeZone: 'UTC', role: 'USER', registeredAt: '' };
    for (let times = 0; times < 2; times++) await hear('UserRegistered', data);
    assert.deepEqual(await states(userId), ['email sent', 'in_app sent']);
    const mails = smtp.mails.filter(({ to }) => to === email);
    assert.deepEqual(
      mails.map(({ raw }) => headerOf(raw, 'subject')),
      ['Welcome to SkillSwap'],
    );
    await hear('UserDeleted', { userId });
    await hear('CreditsAdded', { userId, credits: 1, transactionId: randomUUID(), reason: 'BONUS' });
    assert.deepEqual((await call(userId, 'GET', '/feed')).body.items, []);
    assert.equal((await states(userId)).length, 2);
  });
});

describe('what session says', () => {
  const ofSession = (seekerId: string, providerId: string) => ({
    sessionId: randomUUID(),
    seekerId,
    providerId,
    skillId: randomUUID(),
    startsAt: '2030-11-30T09:00:00.000Z',
    endsAt: '2030-11-30T10:00:00.000Z',
    credits: 20,
  });
  const titles = async (userId: string) =>
    (await call(userId, 'GET', '/feed')).body.items.map(({ title }: Json) => title).toReversed();

  it('is told to the other one, and to both what nobody has done', async () => {
    const [seeker, provider] = [await person(), await person()];
    const session = ofSession(seeker.id, provider.id);
    await call(provider.id, 'PUT', '/preferences', { timeZone: 'Europe/Berlin' });
    await hear('SessionRequested', { ...session, hourlyRate: 20 });
    await hear('SessionAccepted', { ...session, actorId: provider.id });
    await hear('SessionScheduled', session);
    const { sessionId, seekerId, providerId, startsAt, endsAt } = session;
    const parties = { sessionId, seekerId, providerId };
    for (let times = 0; times < 2; times++)
      await hear('SessionReminderDue', { ...parties, startsAt, endsAt, minutes: 60 });
    await hear('SessionCompleted', { ...session, actorId: provider.id });
    await hear('SessionDisputed', { ...parties, openedBy: seekerId, decidesAt: endsAt });
    await hear('SessionDisputeDecided', { ...parties, outcome: 'SPLIT' });
    const decided = 'It is decided who has the credits of your session';
    assert.deepEqual(await titles(seeker.id), [
      'Your session was accepted',
      'Your session has a room',
      'Your session begins soon',
      'Your session is over',
      decided,
    ]);
    assert.deepEqual(await titles(provider.id), [
      'Somebody asks you for a session',
      'Your session has a room',
      'Your session begins soon',
      'How your session went is contested',
      decided,
    ]);
    const { raw } = await until(() => smtp.mails.find(({ to }) => to === provider.email));
    assert.match(raw, /November 30, 2030 at 10:00.*, 20 credits/);
    const { rows } = await world.service.pool.query(
      `SELECT DISTINCT expires_at FROM deliveries WHERE kind = 'session_reminder' AND user_id = $1`,
      [seeker.id],
    );
    assert.deepEqual(
      rows.map(({ expires_at: at }) => at.toISOString()),
      [startsAt],
    );
  });

  it('of one that is cancelled by the clock is told to both', async () => {
    const [seeker, provider] = [await person(), await person()];
    const session = ofSession(seeker.id, provider.id);
    await hear('SessionCancelled', { ...session, how: 'expire', providerCredits: 0 });
    for (const { id } of [seeker, provider])
      assert.deepEqual(await titles(id), ['Your session was cancelled']);
  });
});

describe('a campaign', () => {
  it('goes to those of its audience who have asked for news, by ids that are no numbers', async () => {
    const [ada, grace] = [await person(), await person()];
    for (const { id } of [ada, grace])
      await call(id, 'PUT', '/preferences', { kinds: { news: { email: 'instant' } } });
    const { id: admin } = await person();
    const administrate = (method: string, path: string, body?: object) =>
      world.call(admin, method, `/notifications/campaigns${path}`, body, { role: 'ADMIN' });
    const made = await administrate('POST', '', {
      name: 'Spring',
      words: { subject: 'Spring is here', body: 'Look.', action: '' },
      audience: { userIds: [ada.id] },
      perMinute: 10_000,
    });
    assert.equal(made.status, 201);
    await administrate('POST', `/${made.body.id}/start`);
    await until(async () => (await administrate('GET', `/${made.body.id}`)).body.messages.sent === 1);
    const told = smtp.mails.filter(({ raw }) => headerOf(raw, 'subject') === 'Spring is here');
    assert.deepEqual(
      told.map(({ to }) => to),
      [ada.email],
    );
    assert.equal((await call(grace.id, 'GET', '/campaigns')).status, 403);
  });
});
