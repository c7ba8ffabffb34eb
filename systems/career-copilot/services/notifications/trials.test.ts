import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { headerOf, NUMBERS, type SmtpDouble, startSmtp, subscribe } from '@banyan/notifications/testing';
import type { Json } from '../../kit/testing/request.ts';
import { until } from '../../kit/testing/until.ts';
import { startWithOtherSides } from './testing/other-sides.ts';

/** Messages that people send to themselves. */

let smtp: SmtpDouble;
let sides: Awaited<ReturnType<typeof startWithOtherSides>>;
let service: (typeof sides)['service'];
let people = 100;

before(async () => {
  smtp = await startSmtp();
  sides = await startWithOtherSides({ SMTP_URL: smtp.url });
  service = sides.service;
});

after(async () => {
  await sides?.stop();
  await smtp?.stop();
});

const call = (as: number, method: string, path: string, body?: object, role?: string) =>
  sides.call(as, method, path, body, role);

/** Somebody new, with this address; in the middle of their quiet hours, who wants nothing. */
async function person(email: string, { isUnconfirmed = false } = {}): Promise<number> {
  const userId = ++people;
  await service.pool.query('INSERT INTO people (user_id, email, is_unconfirmed) VALUES ($1, $2, $3)', [
    userId,
    email,
    isUnconfirmed,
  ]);
  const none = { email: 'off', push: false, sms: false };
  await call(userId, 'PUT', '/preferences', {
    quiet_hours: { from: '00:00', to: '23:59' },
    kinds: { next_action_due: none, job_matched: none },
  });
  return userId;
}

/** What came of each delivery of an answer. */
async function outcomes(as: number, answer: { status: number; body: Json }): Promise<string[]> {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return await Promise.all(
    answer.body.delivery_ids.map((id: string) =>
      until(async () => {
        const { status, body } = await call(as, 'GET', `/deliveries/${id}`);
        assert.equal(status, 200);
        return (
          !['queued', 'sending'].includes(body.state) && [body.state, body.reason].filter(Boolean).join(' ')
        );
      }),
    ),
  );
}

const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to === address);

describe('a test of a channel', () => {
  it('goes by e-mail to the own address, whatever was chosen and at any hour', async () => {
    const ada = await person('ada@example.com');
    assert.deepEqual(await outcomes(ada, await call(ada, 'POST', '/channels/email/test')), ['sent']);
    const [mail] = mailsTo('ada@example.com');
    assert.equal(headerOf(mail!.raw, 'subject'), 'A test of Career Copilot');
  });

  it('goes to the telephone that was confirmed, and to each browser', async () => {
    const grace = await person('grace@example.com');
    await service.pool.query(
      'INSERT INTO phones (user_id, number, code_hash, code_expires_at, confirmed_at) VALUES ($1, $2, NULL, now(), now())',
      [grace, NUMBERS.good],
    );
    for (const name of ['desk', 'missing']) {
      const browser = subscribe(`${sides.pushService.url}/${name}`);
      sides.subscribed.set(name, browser);
      await call(grace, 'POST', '/push-subscriptions', JSON.parse(browser.text));
    }
    assert.deepEqual(await outcomes(grace, await call(grace, 'POST', '/channels/sms/test')), ['sent']);
    assert.match(sides.twilio.received.at(-1)!.text, /^A test of Career Copilot/);
    const pushed = await outcomes(grace, await call(grace, 'POST', '/channels/push/test'));
    assert.deepEqual(pushed.toSorted(), ['bounced SUBSCRIPTION_GONE', 'sent']);
    assert.equal(JSON.parse(sides.pushService.received.at(-1)!.text).title, 'A test of Career Copilot');
  });

  it('says why nothing is sent, and is nobody else’s to look at', async () => {
    const alan = await person('missing@example.com');
    assert.deepEqual(await outcomes(alan, await call(alan, 'POST', '/channels/email/test')), [
      'bounced NO_SUCH_ADDRESS',
    ]);
    for (const channel of ['sms', 'push']) {
      const { status, body } = await call(alan, 'POST', `/channels/${channel}/test`);
      assert.deepEqual([status, body.code], [409, 'NO_ADDRESS']);
    }
    const newcomer = await person('newcomer@example.com', { isUnconfirmed: true });
    const sent = await call(newcomer, 'POST', '/channels/email/test');
    assert.deepEqual(await outcomes(newcomer, sent), ['suppressed ADDRESS_UNCONFIRMED']);
    assert.deepEqual(mailsTo('newcomer@example.com'), []);
    const [id] = sent.body.delivery_ids;
    assert.equal((await call(alan, 'GET', `/deliveries/${id}`)).status, 404);
    assert.equal((await call(alan, 'POST', '/channels/in_app/test')).status, 400);
  });

  it('is not for sending many', async () => {
    const edsger = await person('edsger@example.com');
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await call(edsger, 'POST', '/channels/email/test')).status),
    );
    assert.deepEqual(statuses.toSorted(), [...Array(10).fill(202), 429, 429]);
  });
});

describe('a test of a template', () => {
  const words = { subject: 'Do {{ what }}', body: 'Do {{ what }} now.', action: '', short: '' };
  const path = '/templates/next_action_due/de/test';

  it('goes to whoever administers, in words that nobody has kept, and leaves these as they were', async () => {
    const admin = await person('admin@example.com');
    const sent = await call(admin, 'POST', path, { words }, 'admin');
    assert.deepEqual(await outcomes(admin, sent), ['sent']);
    const [mail] = mailsTo('admin@example.com');
    assert.equal(headerOf(mail!.raw, 'subject'), 'Do Ask how it goes');
    assert.match(mail!.raw, /Do Ask how it goes now\./);
    const kept = await call(admin, 'GET', '/templates/next_action_due/de', undefined, 'admin');
    assert.equal(kept.body.version, 0);
    const { rows } = await service.pool.query('SELECT content FROM deliveries WHERE id = $1', [
      sent.body.delivery_ids[0],
    ]);
    assert.deepEqual(rows, [{ content: null }]);
  });

  it('is in the words that are kept where none come with it, filled with what comes', async () => {
    const admin = await person('other-admin@example.com');
    const parameters = { link: 'https://career.example/spring' };
    await outcomes(admin, await call(admin, 'POST', '/templates/news/en/test', { parameters }, 'admin'));
    const [mail] = mailsTo('other-admin@example.com');
    assert.equal(headerOf(mail!.raw, 'subject'), 'News');
    assert.match(mail!.raw.replaceAll('=\r\n', ''), /https:\/\/career\.example\/spring/);
  });

  it('is refused where it cannot be filled, and to whoever does not administer', async () => {
    const admin = await person('third-admin@example.com');
    const broken = { words: { ...words, body: '{{ nobody }}' } };
    const refused = await call(admin, 'POST', path, broken, 'admin');
    assert.deepEqual([refused.status, refused.body.code], [422, 'BAD_TEMPLATE']);
    assert.equal((await call(admin, 'POST', path, { words })).status, 403);
    assert.deepEqual(mailsTo('third-admin@example.com'), []);
  });
});
