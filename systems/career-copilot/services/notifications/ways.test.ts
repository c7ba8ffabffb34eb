import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { tell } from '@banyan/notifications';
import { NUMBERS, subscribe } from '@banyan/notifications/testing';
import { withTransaction } from '@banyan/postgres';
import { said } from '../../kit/testing/events.ts';
import type { Json } from '../../kit/testing/request.ts';
import { until } from '../../kit/testing/until.ts';
import { AUTH_TOKEN, startWithOtherSides } from './testing/other-sides.ts';

const PUBLIC_URL = 'https://career.example';
const BOUNCE_TOKEN = 'whoever-forwards-mails';
let sides: Awaited<ReturnType<typeof startWithOtherSides>>;
let service: (typeof sides)['service'];
let people = 0;

before(async () => {
  sides = await startWithOtherSides({ PUBLIC_URL, BOUNCE_TOKEN });
  service = sides.service;
});

after(async () => await sides?.stop());

const call = (as: number, method: string, path: string, body?: object) => sides.call(as, method, path, body);

async function due(userId: number): Promise<void> {
  const parameters = { applicationId: 1, what: 'Ask', dueAt: '2026-11-30T09:00:00Z', job: 'j', company: 'c' };
  const fact = { fact: randomUUID(), userId, kind: 'next_action_due', parameters, at: new Date() } as const;
  await withTransaction(service.pool, (tx) => tell(tx, service.provided.telling, fact));
}
const ended = async (userId: number, channel: string): Promise<Json[]> =>
  await until(async () => {
    const { rows } = await service.pool.query(
      'SELECT * FROM deliveries WHERE user_id = $1 AND channel = $2 ORDER BY created_at',
      [userId, channel],
    );
    return rows.length > 0 && rows.every(({ state }) => !['queued', 'sending'].includes(state)) && rows;
  });

it('channels are those that have been set up', async () => {
  const { body } = await call(++people, 'GET', '/channels');
  assert.deepEqual(body, { channels: ['in_app', 'sms', 'push'] });
});

describe('a telephone number', () => {
  const codeTo = async (number: string) =>
    (await until(() => sides.twilio.received.findLast(({ to }) => to === number))).text.slice(0, 6);

  it('is told something only after a code that was sent there has come back', async () => {
    const userId = ++people;
    await call(userId, 'PUT', '/preferences', { kinds: { next_action_due: { sms: true } } });
    assert.equal((await call(userId, 'PUT', '/phone', { number: NUMBERS.good })).status, 200);
    await due(userId);
    assert.equal(
      (await ended(userId, 'sms')).find(({ kind }) => kind === 'next_action_due').reason,
      'NO_ADDRESS',
    );
    const code = await codeTo(NUMBERS.good);
    const wrong = code === '000000' ? '000001' : '000000';
    assert.equal((await call(userId, 'POST', '/phone/confirm', { code: wrong })).status, 422);
    const confirmed = { number: NUMBERS.good, confirmed: true };
    assert.deepEqual((await call(userId, 'POST', '/phone/confirm', { code })).body, confirmed);
    assert.equal((await call(userId, 'POST', '/phone/confirm', { code })).status, 422, 'a code is good once');
    await due(userId);
    const { state, provider_id } = (await ended(userId, 'sms')).at(-1);
    assert.equal(state, 'sent');
    assert.match(provider_id, /^SM/);
    assert.equal((await call(userId, 'DELETE', '/phone')).status, 204);
    assert.deepEqual((await call(userId, 'GET', '/phone')).body, { number: null, confirmed: false });
  });

  it('cannot be guessed, and costs no more than a few codes a day', async () => {
    const userId = ++people;
    const number = '+4915100000000';
    await call(userId, 'PUT', '/phone', { number });
    const code = await codeTo(number);
    const wrong = code === '000000' ? '000001' : '000000';
    for (let tries = 0; tries < 5; tries++) await call(userId, 'POST', '/phone/confirm', { code: wrong });
    assert.equal((await call(userId, 'POST', '/phone/confirm', { code })).status, 422);
    for (let more = 0; more < 4; more++)
      assert.equal((await call(userId, 'PUT', '/phone', { number })).status, 200);
    assert.equal((await call(userId, 'PUT', '/phone', { number })).status, 429);
    assert.equal(
      (await call(++people, 'PUT', '/phone', { number })).status,
      429,
      'asked for by another account',
    );
    assert.equal((await call(userId, 'PUT', '/phone', { number: 'nine one one' })).status, 400);
  });
});

describe('a browser', () => {
  const added = async (userId: number, name: string) => {
    const one = subscribe(`${sides.pushService.url}/${name}`);
    sides.subscribed.set(name, one);
    return await call(userId, 'POST', '/push-subscriptions', JSON.parse(one.text));
  };

  it('is told once of each fact, and forgotten when it is gone', async () => {
    const userId = ++people;
    for (const name of ['first', 'second', 'missing']) assert.equal((await added(userId, name)).status, 201);
    await due(userId);
    const states = (await ended(userId, 'push')).map(({ state }) => state);
    assert.deepEqual(states.toSorted(), ['bounced', 'sent', 'sent']);
    await due(userId);
    assert.equal((await ended(userId, 'push')).length, 5);
    const shown = sides.pushService.received.map(({ text }) => JSON.parse(text).title);
    assert.deepEqual(shown, Array(4).fill('To do: Ask'));
  });

  it('is of whoever was signed in there last, and can be taken away', async () => {
    const [one, other] = [++people, ++people];
    await added(one, 'shared');
    const { id } = (await added(other, 'shared')).body;
    assert.equal((await call(one, 'DELETE', `/push-subscriptions/${id}`)).status, 404);
    assert.equal((await call(other, 'DELETE', `/push-subscriptions/${id}`)).status, 204);
  });

  it('is at a push service that is known: nobody has requests sent elsewhere', async () => {
    const one = JSON.parse(subscribe('https://169.254.169.254/latest').text);
    assert.equal((await call(++people, 'POST', '/push-subscriptions', one)).status, 422);
  });
});

describe('what the other side tells later', () => {
  const path = '/api/v1/notifications/reports';

  async function sms(): Promise<Json> {
    const userId = ++people;
    await call(userId, 'PUT', '/phone', { number: `+49151${String(userId).padStart(8, '0')}` });
    return (await ended(userId, 'sms'))[0];
  }
  async function report(id: string, fields: Record<string, string>, token = AUTH_TOKEN): Promise<number> {
    const query = `?delivery=${id}`;
    const signed = Object.keys(fields)
      .sort()
      .reduce((text, name) => text + name + fields[name], `${PUBLIC_URL}${path}/twilio${query}`);
    const signature = createHmac('sha1', token).update(signed).digest('base64');
    const answer = await fetch(`${service.url}${path}/twilio${query}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature },
      body: new URLSearchParams(fields),
    });
    return answer.status;
  }
  const stateOf = async (id: string) =>
    (await service.pool.query('SELECT state FROM deliveries WHERE id = $1', [id])).rows[0].state;
  const failures = async (id: string) =>
    (await said(service, 'DeliveryFailed')).filter(({ deliveryId }) => deliveryId === id).length;

  it('counts if Twilio has signed it, once', async () => {
    const [arrived, lost] = [await sms(), await sms()];
    assert.equal(await report(arrived.id, { MessageStatus: 'delivered' }, 'somebody else’s'), 403);
    assert.equal(await stateOf(arrived.id), 'sent');
    assert.equal(await report(arrived.id, { MessageStatus: 'delivered' }), 204);
    for (let times = 0; times < 2; times++)
      assert.equal(await report(lost.id, { MessageStatus: 'undelivered', ErrorCode: '30003' }), 204);
    assert.equal(await report(arrived.id, { MessageStatus: 'failed' }), 204);
    assert.deepEqual([await stateOf(arrived.id), await stateOf(lost.id)], ['delivered', 'bounced']);
    assert.deepEqual([await failures(arrived.id), await failures(lost.id)], [0, 1]);
  });

  it('of a mail that came back ends it, and mails to its address', async () => {
    const id = randomUUID();
    await service.pool.query(
      `INSERT INTO deliveries (id, fact, user_id, channel, target, kind, state) VALUES ($1::uuid, ($1::uuid)::text, 1, 'email', 'old@example.com', 'verify_email', 'sent')`,
      [id],
    );
    const raw = [
      'Content-Type: message/delivery-status',
      '',
      // What it says of the address is anybody's word.
      'Final-Recipient: rfc822; somebody-else@example.com',
      'Action: failed',
      'Status: 5.1.1',
      '',
      `Message-ID: <${id}@career.example>`,
    ].join('\r\n');
    const send = async (token: string) =>
      (
        await fetch(`${service.url}${path}/bounces`, {
          method: 'POST',
          headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${token}` },
          body: raw,
        })
      ).status;
    assert.equal(await send('somebody-else-entirely'), 403);
    assert.equal(await stateOf(id), 'sent');
    for (let times = 0; times < 2; times++) assert.equal(await send(BOUNCE_TOKEN), 204);
    assert.deepEqual([await stateOf(id), await failures(id)], ['bounced', 1]);
    const { rows } = await service.pool.query('SELECT channel, address FROM blocked_addresses');
    assert.deepEqual(rows, [{ channel: 'email', address: 'old@example.com' }]);
  });
});
