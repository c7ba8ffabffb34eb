import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createEncryption, encryptOlder } from '@banyan/service';
import { Webhook } from 'standardwebhooks';
import type { Endpoint } from '../../../api/integrations.ts';
import { until } from '../../../kit/testing/until.ts';
import { SECRETS } from '../encryption.ts';
import load from '../load.ts';
import { type Receiver, startReceiver, startWorld, type World } from '../testing/world.ts';
import { contextOf } from './endpoints.ts';

const CREATED = { applicationId: 3, jobId: 5, status: 'applied' };
let world: World;
let receiver: Receiver;
const KEYS = randomBytes(32).toString('base64url');
let users = 0;
const someone = () => ++users;

before(async () => {
  receiver = await startReceiver();
  world = await startWorld({
    env: { WEBHOOK_NETWORKS: '127.0.0.0/8', WEBHOOK_LOOK_MS: '50', ENCRYPTION_KEYS: KEYS },
  });
});

after(async () => {
  await world?.stop();
  receiver?.close();
});

type Made = Endpoint & { secret: string };

async function endpoint(userId: number, path: string, more: object = {}): Promise<Made> {
  const body = { url: receiver.url + path, event_types: ['application.created'], ...more };
  const { status, body: made } = await world.call(userId, 'POST', '/webhooks', body);
  assert.equal(status, 201);
  return made;
}

/** Brings the next attempt of all that is pending forward to now. */
async function hurry(endpointId: number): Promise<void> {
  const { pool } = world.service;
  await pool.query(
    `UPDATE webhook_deliveries SET due_at = now() WHERE endpoint_id = $1 AND state = 'pending'`,
    [endpointId],
  );
  await pool.query('UPDATE webhook_endpoints SET due_at = now() WHERE id = $1', [endpointId]);
}

const deliveries = async (userId: number, id: number, query = '') =>
  (await world.call(userId, 'GET', `/webhooks/${id}/deliveries${query}`)).body.items;

describe('what happens in another service', () => {
  it('is told to each endpoint of its user that wants its type, once, signed, and to nobody else', async () => {
    const [ada, grace] = [someone(), someone()];
    const made = await endpoint(ada, '/both');
    await endpoint(ada, '/second', { event_types: ['application.status_changed'] });
    await endpoint(grace, '/grace');
    await world.tell('ApplicationCreated', { userId: ada, ...CREATED });
    await world.tell('ApplicationStatusChanged', {
      userId: ada,
      applicationId: 3,
      from: 'applied',
      to: 'interview',
    });
    const [told] = await receiver.got('/both', 1);
    const [moved] = await receiver.got('/second', 1);
    const payload = new Webhook(made.secret).verify(told!.body, told!.headers as Record<string, string>);
    const { timestamp, ...rest } = payload as Record<string, unknown>;
    assert.deepEqual(rest, {
      type: 'application.created',
      data: { application_id: 3, job_id: 5, status: 'applied' },
    });
    assert.ok(!Number.isNaN(Date.parse(String(timestamp))));
    assert.equal(JSON.parse(moved!.body).data.to, 'interview');
    const [delivery] = await until(async () => {
      const list = await deliveries(ada, made.id, '?state=delivered');
      return list.length > 0 && list;
    });
    assert.equal(delivery.message_id, told!.headers['webhook-id']);
    assert.deepEqual(
      receiver.received.filter(({ path }) => path === '/grace'),
      [],
    );
  });

  it('is told by its own fields: a job that fits, a search that has found something, a step that is due', async () => {
    const ada = someone();
    await endpoint(ada, '/found', {
      event_types: ['job.matched', 'saved_search.matched', 'application.action_due'],
    });
    const job = { jobId: 5, companyId: 2, title: 'Data Engineer', company: 'Acme' };
    await world.tell('JobMatched', { userId: ada, ...job, score: 80, reasons: ['SQL'] });
    await world.tell('SavedSearchMatched', {
      userId: ada,
      searchId: 1,
      name: 'Berlin',
      frequency: 'instant',
      jobs: [job],
      total: 1,
    });
    const due = { actionId: 1, dueAt: '2026-12-01T09:00:00Z', what: 'Call', jobTitle: 'Data Engineer' };
    await world.tell('NextActionDue', {
      userId: ada,
      applicationId: 3,
      jobId: 5,
      companyName: 'Acme',
      ...due,
    });
    const told = (await receiver.got('/found', 3)).map(({ body }) => JSON.parse(body));
    const dataOf = (type: string) => told.find((one) => one.type === type).data;
    const found = { job_id: 5, title: 'Data Engineer', company_name: 'Acme' };
    assert.deepEqual(dataOf('job.matched'), { ...found, score: 80, reasons: ['SQL'] });
    assert.deepEqual(dataOf('saved_search.matched'), {
      search_id: 1,
      name: 'Berlin',
      jobs: [found],
      total: 1,
    });
    assert.equal(dataOf('application.action_due').what, 'Call');
  });

  it('is told again with the same id and body after a failure, and what was answered is shown', async () => {
    const ada = someone();
    receiver.answers.set('/flaky', { status: 500 });
    const { id, secret } = await endpoint(ada, '/flaky');
    await world.tell('ApplicationCreated', { userId: ada, ...CREATED });
    await receiver.got('/flaky', 1);
    const [failed] = await until(async () => {
      const list = await deliveries(ada, id);
      return list[0]?.attempts === 1 && list;
    });
    assert.equal(failed.state, 'pending');
    receiver.answers.delete('/flaky');
    await hurry(id);
    const [first, second] = await receiver.got('/flaky', 2);
    assert.equal(second!.headers['webhook-id'], first!.headers['webhook-id']);
    assert.equal(second!.body, first!.body);
    const shown = await until(async () => {
      const { body } = await world.call(ada, 'GET', `/webhooks/${id}/deliveries/${failed.id}`);
      return body.state === 'delivered' && body;
    });
    assert.deepEqual(
      shown.recent_attempts.map(({ status }: { status: number }) => status),
      [204, 500],
    );
    assert.equal(shown.body, first!.body);
    assert.ok(!JSON.stringify(shown).includes(secret.slice(6)));
    assert.equal((await world.call(ada, 'GET', `/webhooks/${id}`)).body.failing_since, null);
  });

  it('is not told by way of a redirection', async () => {
    const ada = someone();
    receiver.answers.set('/away', { status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    const { id } = await endpoint(ada, '/away');
    await world.tell('ApplicationCreated', { userId: ada, ...CREATED });
    const [delivery] = await until(async () => {
      const list = await deliveries(ada, id);
      return list[0]?.attempts === 1 && list;
    });
    const { body } = await world.call(ada, 'GET', `/webhooks/${id}/deliveries/${delivery.id}`);
    assert.equal(body.recent_attempts[0].status, 307);
    assert.deepEqual(
      receiver.received.filter(({ path }) => path === '/elsewhere'),
      [],
    );
  });

  it('is not told into a private network that was not allowed', async () => {
    const ada = someone();
    const { id } = await endpoint(ada, '', { url: 'https://10.1.2.3/hook' });
    await world.call(ada, 'POST', `/webhooks/${id}/test`);
    const shown = await until(async () => {
      const [delivery] = await deliveries(ada, id);
      if (delivery.attempts === 0) return false;
      return (await world.call(ada, 'GET', `/webhooks/${id}/deliveries/${delivery.id}`)).body;
    });
    assert.deepEqual([shown.recent_attempts[0].status, shown.recent_attempts[0].error], [null, 'NOT_PUBLIC']);
  });
});

describe('an endpoint', () => {
  it('that is gone, or has failed for days, is told of to its owner and tried no more until it is enabled', async () => {
    const ada = someone();
    receiver.answers.set('/gone', { status: 410 });
    receiver.answers.set('/dead', { status: 503 });
    const [gone, dead] = [await endpoint(ada, '/gone'), await endpoint(ada, '/dead')];
    await world.service.pool.query(
      `UPDATE webhook_endpoints SET failing_since = now() - interval '6 days' WHERE id = $1`,
      [dead.id],
    );
    await world.tell('ApplicationCreated', { userId: ada, ...CREATED });
    const said = await until(async () => {
      const all = (await world.said('WebhookEndpointDisabled')).filter(({ userId }) => userId === ada);
      return all.length === 2 && all;
    });
    assert.deepEqual(
      new Map(said.map(({ endpointId, reason }) => [endpointId, reason])),
      new Map([
        [gone.id, 'gone'],
        [dead.id, 'failing'],
      ]),
    );
    // What it misses meanwhile is kept as dead, and is there for the asking once it is enabled.
    receiver.answers.delete('/dead');
    await world.tell('ApplicationCreated', { userId: ada, ...CREATED, applicationId: 4 });
    await until(async () => (await deliveries(ada, dead.id, '?state=dead')).length === 1);
    const from = new Date(Date.now() - 60_000).toISOString();
    assert.equal((await world.call(ada, 'POST', `/webhooks/${dead.id}/replay`, { from })).status, 409);
    const enabled = await world.call(ada, 'PATCH', `/webhooks/${dead.id}`, { enabled: true });
    assert.deepEqual([enabled.body.disabled, enabled.body.failing_since], [null, null]);
    await hurry(dead.id);
    assert.equal((await world.call(ada, 'POST', `/webhooks/${dead.id}/replay`, { from })).body.replayed, 1);
    await until(async () => (await deliveries(ada, dead.id, '?state=delivered')).length === 2);
    assert.equal(receiver.received.filter(({ path }) => path === '/gone').length, 1);
  });

  it('is sent one delivery again, or all of a span, when its owner asks', async () => {
    const ada = someone();
    const { id } = await endpoint(ada, '/again');
    for (const applicationId of [1, 2])
      await world.tell('ApplicationCreated', { userId: ada, ...CREATED, applicationId });
    const list = await until(async () => {
      const done = await deliveries(ada, id, '?state=delivered');
      return done.length === 2 && done;
    });
    const one = `/webhooks/${id}/deliveries/${list[0].id}/replay`;
    assert.deepEqual((await world.call(ada, 'POST', one)).body, { replayed: 1 });
    await receiver.got('/again', 3);
    await until(async () => (await deliveries(ada, id, '?state=delivered')).length === 2);
    const from = new Date(Date.now() - 60_000).toISOString();
    const replay = (body: object) => world.call(ada, 'POST', `/webhooks/${id}/replay`, body);
    assert.equal((await replay({ from })).body.replayed, 0);
    assert.equal((await replay({ from: '2020-01-01T00:00:00Z', to: from, all: true })).body.replayed, 0);
    assert.equal((await replay({ from, all: true })).body.replayed, 2);
    const told = await receiver.got('/again', 5);
    assert.equal(new Set(told.map(({ headers }) => headers['webhook-id'])).size, 2);
  });

  it('has two secrets while one takes the place of the other', async () => {
    const ada = someone();
    const { id, secret } = await endpoint(ada, '/rotated');
    const rotated = await world.call(ada, 'POST', `/webhooks/${id}/secret`, { overlap_hours: 1 });
    assert.equal(rotated.status, 201);
    await world.call(ada, 'POST', `/webhooks/${id}/test`);
    const [told] = await receiver.got('/rotated', 1);
    for (const known of [secret, rotated.body.secret])
      new Webhook(known).verify(told!.body, told!.headers as Record<string, string>);
    await world.call(ada, 'POST', `/webhooks/${id}/secret`, { overlap_hours: 0 });
    await world.call(ada, 'POST', `/webhooks/${id}/test`);
    const [, later] = await receiver.got('/rotated', 2);
    assert.throws(() =>
      new Webhook(rotated.body.secret).verify(later!.body, later!.headers as Record<string, string>),
    );
  });

  it('is found, changed and removed by its owner only', async () => {
    const [ada, grace] = [someone(), someone()];
    const { id, version } = await endpoint(ada, '/mine');
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', { description: 'x' }],
      ['DELETE', ''],
      ['POST', '/secret', {}],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['GET', '/deliveries/1'],
      ['POST', '/deliveries/1/replay'],
      ['POST', '/replay', { from: '2026-01-01T00:00:00Z' }],
    ] as const)
      assert.equal((await world.call(grace, method, `/webhooks/${id}${path}`, body)).status, 404, path);
    const changed = await world.call(ada, 'PATCH', `/webhooks/${id}`, { description: 'new', enabled: false });
    assert.deepEqual([changed.body.description, changed.body.disabled], ['new', 'by_owner']);
    assert.equal(changed.body.version, version + 1);
    assert.equal((await world.call(ada, 'POST', `/webhooks/${id}/test`)).status, 409);
    assert.equal((await world.call(ada, 'DELETE', `/webhooks/${id}`)).status, 204);
    assert.equal((await world.call(ada, 'GET', `/webhooks/${id}`)).status, 404);
  });

  it('is refused with an address that nothing is sent to, and beyond ten', async () => {
    const ada = someone();
    const make = (url: string) =>
      world.call(ada, 'POST', '/webhooks', { url, event_types: ['application.created'] });
    for (const url of ['http://example.com', 'https://me:secret@example.com', 'javascript:alert(1)']) {
      const refused = await make(url);
      assert.deepEqual([refused.status, refused.body.code], [422, 'BAD_URL']);
    }
    const made = await Promise.all(Array.from({ length: 12 }, () => make('https://example.com')));
    assert.equal(made.filter(({ status }) => status === 201).length, 10);
    assert.equal(
      made.filter(({ status, body }) => status === 409 && body.code === 'TOO_MANY_WEBHOOKS').length,
      2,
    );
  });
});

it('who is locked out of their account is so here, and of who deletes it nothing is kept', async () => {
  const ada = someone();
  await endpoint(ada, '/locked');
  await world.tell('ApplicationCreated', { userId: ada, ...CREATED });
  await receiver.got('/locked', 1);
  await world.tell('UserSuspended', { userId: ada });
  await until(async () => (await world.call(ada, 'GET', '/webhooks')).status === 403);
  await world.tell('UserDeleted', { userId: ada, email: 'gone' });
  await until(async () => {
    const { rows } = await world.service.pool.query(
      `SELECT (SELECT count(*) FROM webhook_endpoints WHERE user_id = $1)
         + (SELECT count(*) FROM webhook_messages WHERE user_id = $1) AS kept`,
      [ada],
    );
    return Number(rows[0].kept) === 0;
  });
});

it('secrets lie encrypted, and are encrypted again with a new key', async () => {
  const ada = someone();
  const { id, secret } = await endpoint(ada, '/kept');
  const kept = async () => {
    const { rows } = await world.service.pool.query<{ secret: string }>(
      'SELECT secret FROM webhook_endpoints WHERE id = $1',
      [id],
    );
    return rows[0]!.secret;
  };
  assert.ok(!(await kept()).includes(secret.slice(6)));
  const newer = createEncryption(`${randomBytes(32).toString('base64url')},${KEYS}`);
  await encryptOlder(world.service.pool, newer, SECRETS, assert.fail);
  assert.equal(newer.isCurrent(await kept()), true);
  assert.equal(await newer.decrypt(await kept(), contextOf(ada)), secret);
});

it('a webhook is found again by the load that made it', async () => {
  await endpoint(someone(), '/load', { description: 'tour-webhook-1', enabled: false });
  const { find } = load.promises.webhook as {
    find: { service: (db: unknown, keys: string[]) => Promise<Map<string, number[]>> };
  };
  const found = await find.service(world.service.pool, ['tour-webhook-1', 'never']);
  assert.deepEqual([...found.keys()], ['tour-webhook-1']);
});
