import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { headerOf, type SmtpDouble, startSmtp } from '@banyan/notifications/testing';
import { withTransaction } from '@banyan/postgres';
import { said } from '../../kit/testing/events.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { good as goodAnswer, type Json, request } from '../../kit/testing/request.ts';
import { until } from '../../kit/testing/until.ts';
import { type facts, followOthers } from './follow.ts';
import { notifications } from './main.ts';
import { variables } from './testing/start.ts';

let smtp: SmtpDouble;
let gateway: GatewayDouble;
let service: Awaited<ReturnType<typeof notifications.start>>;
let people = 100;

before(async () => {
  smtp = await startSmtp();
  gateway = await startGatewayDouble();
  const env = { SMTP_URL: smtp.url, API_URL: gateway.url, PUBLIC_URL: 'https://career.example' };
  service = await notifications.start(await variables({ ...env, WEB_URL: 'https://app.career.example' }));
});

after(async () => {
  await service?.close();
  await smtp?.stop();
  gateway?.close();
});

const call = (as: number, method: string, path: string, body?: object) =>
  request(service.url, method, `/notifications${path}`, { token: gateway.token(as), ...(body && { body }) });

const good = (as: number, method: string, path: string, body?: object) =>
  goodAnswer(`${method} ${path}`, call(as, method, path, body));

type Data = { [T in keyof typeof facts]: Parameters<(typeof facts)[T]>[0]['data'] } & {
  UserRegistered: object;
  UserVerified: { userId: number };
  UserDeleted: object;
};

/** As the inbox does: in a transaction, and perhaps more than once. */
async function hear<T extends keyof Data>(
  type: T,
  data: Data[T],
  more: { id?: string; time?: string; recipient?: string } = {},
): Promise<void> {
  const { telling, events } = service.provided;
  const handler = followOthers(telling)[type] as unknown as (
    message: object,
    context: object,
  ) => Promise<void>;
  const message = { id: randomUUID(), time: new Date().toISOString(), type, data, ...more };
  await withTransaction(service.pool, (tx) =>
    handler(message, { tx, publish: (name: never, told: never) => events.publish(tx, name, told) }),
  );
}

/** Somebody whose address is confirmed. The part before the @ says what the server of their mails does. */
async function person(name = 'ada', more = {}): Promise<{ userId: number; email: string }> {
  const userId = ++people;
  const email = `${name}@${userId}.example`;
  await hear('UserRegistered', { userId, email, fullName: 'Ada', role: 'user', registeredAt: '', ...more });
  return { userId, email };
}

const action = (userId: number, actionId = ++people) => ({
  userId,
  actionId,
  applicationId: 12,
  jobId: 5,
  dueAt: '2026-11-30T09:00:00Z',
  what: 'Ask how it goes',
  jobTitle: 'Engineer',
  companyName: 'Vault-Tec',
});
const match = (userId: number, jobId: number) => ({
  userId,
  jobId,
  companyId: 1,
  title: `Engineer ${jobId}`,
  company: 'Vault-Tec',
  score: 87,
  reasons: ['4 of 5 skills'],
});

/** A zone in which it is afternoon now: no digest comes of its own accord while a test runs. */
function afternoon(): string {
  const offset = 14 - new Date().getUTCHours();
  return `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

const deliveries = async (userId: number, channel = 'email'): Promise<Json[]> =>
  (
    await service.pool.query(
      'SELECT * FROM deliveries WHERE user_id = $1 AND channel = $2 ORDER BY created_at',
      [userId, channel],
    )
  ).rows;
const mailsTo = (email: string) => smtp.mails.filter(({ to }) => to === email);
const ended = async (userId: number) =>
  await until(async () => {
    const all = await deliveries(userId);
    return all.length > 0 && all.every(({ state }) => !['queued', 'sending'].includes(state)) && all;
  });

describe('a fact', () => {
  it('is told once by each way, whatever comes twice', async () => {
    const { userId, email } = await person();
    const due = action(userId);
    await Promise.all([hear('NextActionDue', due), hear('NextActionDue', due)]);
    await hear('NextActionDue', due);
    const [delivery] = await ended(userId);
    assert.equal(delivery.state, 'sent');
    assert.equal(mailsTo(email).length, 1);
    const became = (await good(userId, 'GET', '/deliveries')).items;
    assert.deepEqual(became.map(({ channel, state }: Json) => `${channel} ${state}`).toSorted(), [
      'email sent',
      'in_app sent',
    ]);
    const { items } = await good(userId, 'GET', '/feed');
    assert.deepEqual(
      items.map(({ title, link, is_read }: Json) => [title, link, is_read]),
      [['To do: Ask how it goes', 'https://app.career.example/applications/12', false]],
    );
    const told = (await said(service, 'NotificationSent')).filter((one) => one.userId === userId);
    assert.deepEqual(told.map(({ channel }) => channel).toSorted(), ['email', 'in_app']);
  });

  it('whose row others make is in the app once', async () => {
    const { userId } = await person();
    await hear('ApplicationStatusChanged', { userId, applicationId: 1, from: 'saved', to: 'applied' });
    assert.deepEqual((await good(userId, 'GET', '/feed')).items, []);
    await service.pool.query(
      `INSERT INTO notifications (id, user_id, kind, title, body, created_at) VALUES ($1, $1, 'status_changed', 'T', 'B', now())`,
      [userId],
    );
    const { items } = await good(userId, 'GET', '/feed');
    assert.deepEqual(
      items.map(({ id }: Json) => id),
      [`n${userId}`],
    );
    assert.equal((await good(userId, 'PUT', `/feed/n${userId}/read`)).is_read, true);
    assert.equal((await said(service, 'NotificationRead')).filter((one) => one.userId === userId).length, 1);
  });

  it('that was there before anybody asked is no news, and one of long ago says so', async () => {
    const { userId } = await person();
    await hear('NextActionDue', action(userId), { recipient: 'notifications' });
    assert.deepEqual(await deliveries(userId), []);
    await hear('NextActionDue', action(userId), { time: '2026-01-01T00:00:00Z' });
    const [{ state, reason }] = await deliveries(userId);
    assert.deepEqual([state, reason], ['suppressed', 'TOO_LATE']);
  });

  it('is counted until it is read, be it alone or with all others', async () => {
    const { userId } = await person();
    await service.pool.query(
      `INSERT INTO notifications (id, user_id, kind, title, body, created_at)
       SELECT $1 * 1000 + n, $1, 'status_changed', 'T', 'B', now() FROM generate_series(1, 2) AS n`,
      [userId],
    );
    for (let times = 0; times < 2; times++) await hear('NextActionDue', action(userId));
    const unread = async () => [
      (await good(userId, 'GET', '/feed/unread')).count,
      (await good(userId, 'GET', '/feed?unread_only=true')).items.length,
    ];
    assert.deepEqual(await unread(), [4, 4]);
    const [{ id }] = (await good(userId, 'GET', '/feed')).items;
    await good(userId, 'PUT', `/feed/${id}/read`);
    assert.deepEqual(await unread(), [3, 3]);
    const { next_cursor: cursor } = await good(userId, 'GET', '/feed?unread_only=true&limit=2');
    const rest = await good(userId, 'GET', `/feed?unread_only=true&limit=2&cursor=${cursor}`);
    assert.equal(rest.items.length, 1);
    assert.deepEqual(await good(userId, 'PUT', '/feed/read'), { count: 3 });
    assert.deepEqual(await unread(), [0, 0]);
    assert.equal((await said(service, 'NotificationRead')).filter((one) => one.userId === userId).length, 2);
    assert.equal((await good(userId, 'GET', '/feed')).items.length, 4);
  });

  it('is read by whom it was told alone', async () => {
    const { userId } = await person();
    await hear('NextActionDue', action(userId));
    const [{ id }] = (await good(userId, 'GET', '/feed')).items;
    const another = (id.startsWith('f') ? 'e' : 'f') + id.slice(1);
    for (const unknown of [another, 'n99999999999', 'n0', "'"])
      assert.equal((await call(userId, 'PUT', `/feed/${encodeURIComponent(unknown)}/read`)).status, 404);
    assert.equal((await call(++people, 'PUT', `/feed/${id}/read`)).status, 404);
    assert.equal((await good(userId, 'PUT', `/feed/${id}/read`)).is_read, true);
  });
});

describe('what integrations says', () => {
  it('is told once, with what is to be done, in the language of its reader', async () => {
    const { userId } = await person();
    await good(userId, 'PUT', '/preferences', { locale: 'de', time_zone: afternoon() });
    const again = { id: randomUUID() };
    const lost = { userId, connectionId: 2, provider: 'google' };
    for (let times = 0; times < 2; times++) {
      const disabled = { userId, endpointId: 4, host: 'hooks.example', reason: 'gone' } as const;
      await hear('WebhookEndpointDisabled', disabled, again);
      await hear('ConnectionLost', lost, again);
      await hear('MailRecognized', { userId, proposalId: 9, kind: 'rejection' });
    }
    // Connected again meanwhile: that is another loss.
    await hear('ConnectionLost', lost);
    const { items } = await good(userId, 'GET', '/feed');
    assert.deepEqual(items.map(({ title, link }: Json) => [title, new URL(link).pathname]).toReversed(), [
      ['An hooks.example wird nichts mehr gesendet', '/integrations/webhooks/4'],
      ['Bitte verbinden Sie Ihr Konto neu: google', '/integrations/connections'],
      ['Eine weitergeleitete E-Mail: eine Absage', '/integrations/mail/9'],
      ['Bitte verbinden Sie Ihr Konto neu: google', '/integrations/connections'],
    ]);
  });
});

describe('an address that nobody has confirmed', () => {
  it('gets nothing but what concerns the account until somebody has', async () => {
    const { userId, email } = await person('ada', { awaitsConfirmation: true });
    await hear('NextActionDue', action(userId));
    const [{ state, reason }] = await ended(userId);
    assert.deepEqual([state, reason, mailsTo(email).length], ['suppressed', 'ADDRESS_UNCONFIRMED', 0]);
    assert.equal((await good(userId, 'GET', '/feed')).items.length, 1);
    await hear('UserVerified', { userId });
    await hear('NextActionDue', action(userId));
    const [, second] = await ended(userId);
    assert.deepEqual([second.state, mailsTo(email).length], ['sent', 1]);
  });

  it('is confirmed in whichever order that is heard', async () => {
    await hear('UserVerified', { userId: people + 1 });
    const { userId } = await person('ada', { awaitsConfirmation: true });
    await hear('NextActionDue', action(userId));
    assert.equal((await ended(userId))[0].state, 'sent');
  });
});

describe('what people choose', () => {
  it('counts when a message is made, and again when it is sent', async () => {
    const { userId, email } = await person();
    await good(userId, 'PUT', '/preferences', { kinds: { next_action_due: { email: 'off' } } });
    await hear('NextActionDue', action(userId));
    assert.deepEqual(await deliveries(userId), []);
    await good(userId, 'PUT', '/preferences', { time_zone: afternoon() });
    await hear('JobMatched', match(userId, 1));
    await good(userId, 'PUT', '/preferences', { kinds: { job_matched: { email: 'off' } } });
    await service.pool.query('UPDATE deliveries SET in_digest = false, due_at = now() WHERE user_id = $1', [
      userId,
    ]);
    await service.pool.query('NOTIFY notifications_deliveries');
    const [{ state, reason }] = await ended(userId);
    assert.deepEqual([state, reason, mailsTo(email).length], ['suppressed', 'NOT_WANTED', 0]);
  });

  it('is kept, and what is left out stays', async () => {
    const { userId } = await person();
    const before = await good(userId, 'GET', '/preferences');
    assert.partialDeepStrictEqual(before, { locale: null, time_zone: 'UTC', quiet_hours: null });
    await good(userId, 'PUT', '/preferences', { time_zone: 'Europe/Berlin', locale: 'de-AT' });
    const quiet_hours = { from: '22:00', to: '07:00' };
    await good(userId, 'PUT', '/preferences', { quiet_hours, kinds: { job_matched: { email: 'weekly' } } });
    const now = await good(userId, 'GET', '/preferences');
    assert.partialDeepStrictEqual(now, { locale: 'de-AT', time_zone: 'Europe/Berlin', quiet_hours });
    const { job_matched, ...others } = before.kinds;
    assert.deepEqual(now.kinds, { ...others, job_matched: { ...job_matched, email: 'weekly' } });
    assert.equal((await good(userId, 'PUT', '/preferences', { quiet_hours: null })).quiet_hours, null);
    for (const wrong of [{ time_zone: 'Mars/Olympus' }, { locale: 'not a locale' }])
      assert.equal((await call(userId, 'PUT', '/preferences', wrong)).status, 422);
    for (const wrong of [
      { quiet_hours: { from: '25:00', to: '07:00' } },
      { kinds: { job_matched: { email: 'x' } } },
    ])
      assert.equal((await call(userId, 'PUT', '/preferences', wrong)).status, 400);
  });

  it('lets nothing out in quiet hours', async () => {
    const { userId } = await person();
    const hour = (by: number) => new Date(Date.now() + by * 3_600_000).toISOString().slice(11, 16);
    await good(userId, 'PUT', '/preferences', { quiet_hours: { from: hour(-1), to: hour(2) } });
    await hear('NextActionDue', action(userId));
    const waiting = await until(async () => {
      const [one] = await deliveries(userId);
      return one?.reason === 'QUIET_HOURS' && one;
    });
    assert.equal(waiting.state, 'queued');
    assert.ok(waiting.due_at.getTime() > Date.now() + 3_600_000);
  });

  it('brings all of a day in one message, in the language of its reader', async () => {
    const { userId, email } = await person();
    await good(userId, 'PUT', '/preferences', { locale: 'de', time_zone: afternoon() });
    for (const jobId of [1, 2, 2, 3]) await hear('JobMatched', match(userId, jobId));
    // Of this one the person wants to know no more when the digest is made.
    await good(userId, 'PUT', '/preferences', { kinds: { next_action_due: { email: 'weekly' } } });
    await hear('NextActionDue', action(userId));
    await good(userId, 'PUT', '/preferences', { kinds: { next_action_due: { email: 'off' } } });
    const waiting = await deliveries(userId);
    assert.deepEqual(
      waiting.map(({ state, in_digest }) => [state, in_digest]),
      Array(4).fill(['queued', true]),
    );
    await service.pool.query('UPDATE deliveries SET due_at = now() WHERE user_id = $1', [userId]);
    await service.pool.query('NOTIFY notifications_deliveries');
    const all = await ended(userId);
    assert.deepEqual(all.map(({ state }) => state).toSorted(), [...Array(4).fill('sent'), 'suppressed']);
    assert.equal(mailsTo(email).length, 1);
    const { raw } = mailsTo(email)[0]!;
    assert.equal(headerOf(raw, 'subject'), '3 Neuigkeiten zu Ihrer Suche');
    for (const jobId of [1, 2, 3])
      assert.match(raw.replace(/=\r\n/g, ''), new RegExp(`Engineer ${jobId} bei`));
  });
});

describe('one click', () => {
  const link = async (userId: number, email: string) => {
    await hear('NextActionDue', action(userId));
    await ended(userId);
    const given = headerOf(mailsTo(email).at(-1)!.raw, 'list-unsubscribe').slice(1, -1);
    return given.replace('https://career.example', service.url);
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const click = (url: string) =>
    fetch(url, { method: 'POST', headers: form, body: 'List-Unsubscribe=One-Click' });

  it('ends e-mails of the kind, without a login, and again is no error', async () => {
    const { userId, email } = await person();
    const url = await link(userId, email);
    for (let times = 0; times < 2; times++) assert.equal((await click(url)).status, 200);
    const { kinds } = await good(userId, 'GET', '/preferences');
    assert.equal(kinds.next_action_due.email, 'off');
    assert.equal(kinds.saved_search_matched.email, 'instant');
    await hear('NextActionDue', action(userId));
    assert.equal((await deliveries(userId)).length, 1);
  });

  it('is a click: who only looks at the page ends nothing', async () => {
    const { userId, email } = await person();
    const page = await fetch(await link(userId, email));
    assert.match(page.headers.get('content-type')!, /^text\/html/);
    assert.match(await page.text(), /<form method="post">/);
    assert.equal((await good(userId, 'GET', '/preferences')).kinds.next_action_due.email, 'instant');
  });

  it('by a link that somebody made up ends nothing', async () => {
    const { userId, email } = await person();
    const url = await link(userId, email);
    const other = Buffer.from(`${userId - 1}:next_action_due`).toString('base64url');
    for (const wrong of [
      `${url}x`,
      url.replace(/token=[^.]*/, `token=${other}`),
      `${url.split('token=')[0]}token=a.b`,
    ])
      assert.ok([400, 404].includes((await click(wrong)).status), wrong);
  });
});

describe('what does not arrive', () => {
  it('at an address that is not there is not tried there again for two weeks', async () => {
    const { userId, email } = await person('missing');
    await hear('NextActionDue', action(userId));
    assert.equal((await ended(userId))[0].state, 'bounced');
    await hear('NextActionDue', action(userId));
    const [, second] = await ended(userId);
    assert.deepEqual([second.state, second.reason], ['suppressed', 'ADDRESS_BLOCKED']);
    assert.equal(mailsTo(email).length, 0);
    await service.pool.query(
      `UPDATE blocked_addresses SET since = since - interval '15 days' WHERE address = $1`,
      [email],
    );
    await hear('NextActionDue', action(userId));
    assert.equal((await ended(userId))[2].state, 'bounced');
    await hear('NextActionDue', action(userId));
    assert.equal((await ended(userId))[3].reason, 'ADDRESS_BLOCKED');
  });

  it('because a process died is sent by the next one, unless the other side may have it', async () => {
    const { userId, email } = await person();
    const { contents } = service.provided.telling;
    for (const handedOver of [false, true]) {
      const id = randomUUID();
      const content = await contents.seal(id, {
        applicationId: 1,
        what: 'x',
        dueAt: '2026-11-30T09:00:00Z',
        job: 'j',
        company: 'c',
      });
      await service.pool.query(
        `INSERT INTO deliveries (id, fact, user_id, channel, kind, content, state, attempts, leased_until, handed_over_at)
         VALUES ($1::uuid, ($1::uuid)::text, $2, 'email', 'next_action_due', $3, 'sending', 1, now(), CASE WHEN $4 THEN now() END)`,
        [id, userId, content, handedOver],
      );
    }
    await service.pool.query('NOTIFY notifications_deliveries');
    const all = await ended(userId);
    assert.deepEqual(all.map(({ state, reason }) => [state, reason]).toSorted(), [
      ['failed', 'OUTCOME_UNKNOWN'],
      ['sent', null],
    ]);
    assert.equal(mailsTo(email).length, 1);
    assert.equal((await said(service, 'DeliveryFailed')).filter((one) => one.userId === userId).length, 1);
  });
});

describe('of a deleted account', () => {
  it('nothing is kept, and nobody is told any more, not even of what comes late', async () => {
    const { userId, email } = await person();
    await good(userId, 'PUT', '/preferences', { time_zone: afternoon() });
    await hear('JobMatched', match(userId, 1));
    await hear('UserDeleted', { userId, email: 'nobody@deleted.invalid' });
    const [delivery] = await deliveries(userId);
    assert.deepEqual([delivery.state, delivery.reason, delivery.content], ['suppressed', 'DELETED', null]);
    await hear('NextActionDue', action(userId));
    await hear('UserRegistered', { userId, email, fullName: 'Ada', role: 'user', registeredAt: '' });
    assert.equal((await deliveries(userId)).length, 1);
    assert.equal((await deliveries(userId, 'in_app')).length, 1);
    const { rows } = await service.pool.query(
      `SELECT (SELECT count(*)::int FROM in_app WHERE user_id = $1) AS shown, to_jsonb(people) AS known FROM people WHERE user_id = $1`,
      [userId],
    );
    assert.equal(rows[0].shown, 0);
    assert.doesNotMatch(JSON.stringify(rows), /ada/i);
  });
});
