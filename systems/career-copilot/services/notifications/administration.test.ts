import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { enqueue } from '@banyan/notifications';
import { headerOf, type SmtpDouble, startSmtp } from '@banyan/notifications/testing';
import { said } from '../../kit/testing/events.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { type Json, request } from '../../kit/testing/request.ts';
import { until } from '../../kit/testing/until.ts';
import { notifications } from './main.ts';
import { variables } from './testing/start.ts';

const ADMIN = 1;
let smtp: SmtpDouble;
let gateway: GatewayDouble;
let service: Awaited<ReturnType<typeof notifications.start>>;

before(async () => {
  smtp = await startSmtp();
  gateway = await startGatewayDouble();
  const env = { SMTP_URL: smtp.url, API_URL: gateway.url, PUBLIC_URL: 'https://career.example' };
  service = await notifications.start(await variables(env));
});

after(async () => {
  await service?.close();
  await smtp?.stop();
  gateway?.close();
});

async function call(method: string, path: string, body?: object, ifMatch?: string): Promise<Json> {
  const token = gateway.token(ADMIN, 'admin');
  const more = { ...(body && { body }), ...(ifMatch !== undefined && { ifMatch }) };
  return await request(service.url, method, `/notifications${path}`, { token, ...more });
}

describe('the words of a kind', () => {
  const words = { subject: 'Go: {{ what }}', body: 'Do {{ what }}.', action: '', short: '{{ what }}!' };

  it('are changed by administrators, one after the other, and told', async () => {
    const path = '/templates/next_action_due/en';
    const { etag, body: before } = await call('GET', path);
    assert.equal(before.version, 0);
    assert.equal((await call('PUT', path, words)).status, 428);
    assert.equal((await call('PUT', path, words, etag)).body.version, 1);
    assert.equal((await call('PUT', path, words, etag)).status, 412, 'somebody else was first');
    assert.deepEqual((await call('GET', path)).body.words, words);
    assert.deepEqual(await said(service, 'TemplateUpdated'), [
      { template: 'next_action_due', locale: 'en', templateVersion: 1, byUserId: ADMIN },
    ]);
    const { templates } = (await call('GET', '/templates')).body;
    assert.equal(
      templates.find((one: Json) => one.kind === 'next_action_due' && one.locale === 'en').version,
      1,
    );
  });

  it('are shown as they would come out, and refused where they cannot be filled', async () => {
    const path = '/templates/job_matched/de/preview';
    const { body } = await call('POST', path, {});
    assert.match(body.subject, /^Eine passende Stelle: Engineer bei Vault-Tec/);
    const hostile = { ...words, body: '{{ title }}' };
    const parameters = { title: '<script>alert(1)</script>', what: 'x' };
    assert.doesNotMatch((await call('POST', path, { words: hostile, parameters })).body.html, /<script>/);
    for (const body of [
      '{{ nobody }}',
      '{% for a in (1..100000000) %}x{% endfor %}',
      '{% if %}',
      '{% include "x" %}',
    ]) {
      const answer = await call('POST', path, { words: { ...words, subject: 's', short: 's', body } });
      assert.equal(answer.status, 422, body);
      assert.ok(answer.body.problem.length > 0);
      const { etag } = await call('GET', '/templates/job_matched/de');
      assert.equal((await call('PUT', '/templates/job_matched/de', { ...words, body }, etag)).status, 422);
    }
  });
});

describe('what did not arrive', () => {
  it('is listed, the latest first, by state, channel and kind, and says nothing of what it said', async () => {
    await service.pool.query(
      `INSERT INTO deliveries (id, fact, user_id, channel, kind, state, reason, created_at)
       SELECT gen_random_uuid(), 'test-' || n, n, 'email', CASE WHEN n = 1 THEN 'news' ELSE 'job_matched' END,
         CASE WHEN n < 4 THEN 'failed' WHEN n = 4 THEN 'bounced' ELSE 'sent' END, 'REFUSED', timestamptz '2026-06-01' + n * interval '1 h'
       FROM generate_series(1, 5) AS n`,
    );
    const users = async (query: string) => {
      const { body } = await call('GET', `/deliveries/undelivered${query}`);
      return body.items.map((one: Json) => one.user_id);
    };
    assert.deepEqual(await users(''), [4, 3, 2, 1]);
    assert.deepEqual(await users('?state=failed&kind=job_matched&channel=email'), [3, 2]);
    assert.deepEqual(await users('?channel=sms'), []);
    const first = (await call('GET', '/deliveries/undelivered?limit=3')).body;
    assert.deepEqual(await users(`?limit=3&cursor=${first.next_cursor}`), [1]);
    assert.equal('content' in first.items[0], false);
    assert.equal((await call('GET', '/deliveries/undelivered?state=sent')).status, 400);
    const token = gateway.token(7, 'user');
    const { status } = await request(service.url, 'GET', '/notifications/deliveries/undelivered', { token });
    assert.equal(status, 403);
  });
});

describe('a campaign', () => {
  const news = {
    name: 'Spring',
    words: { subject: 'Spring is here', body: 'Look.\n\nAgain.', action: 'Look' },
    link: 'https://career.example/spring',
    per_minute: 10_000,
  };
  /** People with these ids who have asked for news, or not. */
  async function people(first: number, count: number, email = 'instant'): Promise<number[]> {
    const ids = Array.from({ length: count }, (_, index) => first + index);
    await service.pool.query(
      `WITH known AS (INSERT INTO people (user_id, email) SELECT id, 'u' || id || '@example.com' FROM unnest($1::int[]) AS id)
       INSERT INTO preferences (user_id, chosen) SELECT id, jsonb_build_object('news', jsonb_build_object('email', $2::text)) FROM unnest($1::int[]) AS id`,
      [ids, email],
    );
    return ids;
  }
  const made = async (more: object) => (await call('POST', '/campaigns', { ...news, ...more })).body.id;
  const step = async (id: string, name: string) => await call('POST', `/campaigns/${id}/${name}`);
  const looked = async (id: string) => (await call('GET', `/campaigns/${id}`)).body;
  const mailsTo = (id: number) => smtp.mails.filter(({ to }) => to === `u${id}@example.com`).length;
  const done = (id: string, sent: number) =>
    until(async () => {
      const { state, messages } = await looked(id);
      return state === 'done' && messages.sent === sent;
    });

  it('tells all who have asked for news, each once, and nobody else', async () => {
    const asked = await people(1_000, 12);
    const [quiet] = await people(1_100, 1, 'off');
    const [gone] = await people(1_101, 1);
    await service.pool.query('UPDATE people SET deleted_at = now(), email = NULL WHERE user_id = $1', [gone]);
    const id = await made({ audience: { user_ids: [...asked, quiet!, gone!] } });
    assert.equal((await looked(id)).state, 'draft');
    for (let times = 0; times < 2; times++) assert.equal((await step(id, 'start')).status, 200);
    await done(id, asked.length);
    assert.deepEqual(asked.map(mailsTo), Array(asked.length).fill(1));
    assert.deepEqual([mailsTo(quiet!), mailsTo(gone!)], [0, 0]);
    const { raw } = smtp.mails.at(-1)!;
    assert.equal(headerOf(raw, 'subject'), 'Spring is here');
    assert.match(headerOf(raw, 'list-unsubscribe'), /unsubscribe\?token=/);
    assert.equal((await step(id, 'start')).status, 409, 'it is over');
  });

  it('begun twice by two processes tells nobody twice', async () => {
    const asked = await people(2_000, 5);
    const id = await made({ audience: { user_ids: asked } });
    await step(id, 'start');
    await done(id, 5);
    // As if what was noted had been lost: the messages know each other.
    await service.pool.query(`UPDATE campaigns SET state = 'running', last_user_id = 0 WHERE id = $1`, [id]);
    await done(id, 5);
    assert.deepEqual(asked.map(mailsTo), Array(5).fill(1));
  });

  it('that rests or is cancelled tells nobody any more, nor who unsubscribes meanwhile', async () => {
    const asked = await people(3_000, 2);
    // So slow that nobody's turn comes while the test runs: the messages are put there.
    const id = await made({ audience: { user_ids: asked }, per_minute: 1 });
    await step(id, 'start');
    assert.equal((await step(id, 'pause')).body.state, 'paused');
    for (const userId of asked) {
      const deliveryId = randomUUID();
      const content = await service.provided.telling.contents.seal(deliveryId, {});
      const of = { id: deliveryId, fact: `campaign:${id}`, userId, channel: 'email', kind: 'news' } as const;
      await enqueue(service.pool, { ...of, content, state: 'queued' });
    }
    const states = async () => {
      const { rows } = await service.pool.query(
        'SELECT state, reason FROM deliveries WHERE fact = $1 ORDER BY user_id',
        [`campaign:${id}`],
      );
      return rows.map(({ state, reason }) => `${state} ${reason}`).join();
    };
    await until(async () => (await states()) === 'queued PAUSED,queued PAUSED');
    await service.pool.query('DELETE FROM preferences WHERE user_id = $1', [asked[1]]);
    assert.equal((await step(id, 'cancel')).body.state, 'cancelled');
    assert.equal((await step(id, 'start')).status, 409);
    await service.pool.query(`UPDATE deliveries SET due_at = now() WHERE fact = $1`, [`campaign:${id}`]);
    await service.pool.query('NOTIFY notifications_deliveries');
    await until(async () => (await states()) === 'suppressed CANCELLED,suppressed NOT_WANTED');
    assert.deepEqual(asked.map(mailsTo), [0, 0]);
  });

  it('is kept back by none that is slower', async () => {
    const slow = await made({ audience: { user_ids: await people(4_000, 1) }, per_minute: 1 });
    await step(slow, 'start');
    const id = await made({ audience: { user_ids: await people(4_100, 2) } });
    await step(id, 'start');
    await done(id, 2);
    await step(slow, 'cancel');
  });

  it('whose words cannot be filled is not kept', async () => {
    const words = { ...news.words, body: '{{ nobody }}' };
    assert.equal((await call('POST', '/campaigns', { ...news, words, audience: {} })).status, 422);
    assert.equal((await call('GET', '/campaigns/00000000-0000-4000-8000-000000000000')).status, 404);
  });
});

it('administration is for administrators who are not locked out', async () => {
  await service.pool.query('INSERT INTO account_activity VALUES (8, false)');
  const tokens = [gateway.token(7), gateway.token(8, 'admin')];
  for (const [method, path] of [
    ['GET', '/templates'],
    ['GET', '/templates/news/en'],
    ['GET', '/campaigns'],
    ['POST', '/campaigns/00000000-0000-4000-8000-000000000000/start'],
  ] as const)
    for (const token of tokens)
      assert.equal(
        (await request(service.url, method, `/notifications${path}`, { token })).status,
        403,
        path,
      );
});
