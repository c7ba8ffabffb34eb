import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Stage } from '@banyan/banyan/operate';
import type { Environment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import { openEvents } from '@banyan/service/testing';
import type pg from 'pg';
import { contracts } from './contracts/notifications.ts';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { hear } from './kit/testing/events.ts';
import { postJob } from './kit/testing/post-job.ts';
import { good as goodAnswer, request } from './kit/testing/request.ts';
import { goTo, noConflicts, verified } from './kit/testing/stages.ts';
import { until } from './kit/testing/until.ts';
import data from './monolith/data.ts';

/**
 * Notifications beside applications, which makes them, and the monolith, which both leave. Whatever stands where, a change of status
 * tells its user once: the row is made with the change, by whoever has the application, and nobody makes one from the event.
 */

/** Some of them on either side at a half. */
const PEOPLE = [4, 5, 6, 7, 8, 9, 10, 11];
const LIMIT = { timeout: 400_000 };

let environment: Environment;
let monolith: pg.Pool;
let applications: pg.Pool;
let notifications: pg.Pool;

before(async () => {
  environment = await startTestEnvironment('notifications', {
    services: ['applications', 'notifications'],
    users: 40,
  });
  const open = (name: string) => createPool(environment.databases.get(name)!, { max: 2 });
  [monolith, applications, notifications] = [open('monolith'), open('applications'), open('notifications')];
}, LIMIT);

after(async () => {
  await Promise.all([monolith, applications, notifications].map((pool) => pool?.end()));
  await environment?.stop();
});

const call = (as: number, method: string, path: string, body?: object) =>
  request(environment.gatewayUrl, method, path, { token: data.token(as, environment.secret), body });

const good = (as: number, method: string, path: string, body?: object) =>
  goodAnswer(`${method} ${path}`, call(as, method, path, body));

/** For a job of its own, as soon as applications has heard of it. */
async function apply(as: number): Promise<number> {
  const { id: job_id } = await postJob(monolith);
  const { body } = await until(async () => {
    const answer = await call(as, 'POST', '/applications', { job_id, status: 'saved' });
    assert.ok([201, 404].includes(answer.status), JSON.stringify(answer));
    return answer.status === 201 && answer;
  });
  return body.id;
}

it('what is read of notifications is compared, and the same on both sides', LIMIT, async () => {
  await goTo(environment.control, 'notifications', 'shadowing');
  await until(async () => {
    for (const person of PEOPLE)
      for (const query of ['', '?unread_only=true', '?page=2&limit=2', '?limit=0'])
        await call(person, 'GET', `/notifications${query}`);
    const { services } = await environment.control.status();
    return services.find(({ service }) => service === 'notifications')!.evidence.compared >= 50;
  });
  assert.deepEqual(await environment.control.mismatches('notifications', 5), []);
});

describe('a change of status tells its user at once, and once, with', () => {
  const mixes: [what: string, applications: [Stage, number], notifications: [Stage, number]][] = [
    ['both still on the monolith', ['shadowing', 0], ['shadowing', 0]],
    ['notifications on their service', ['shadowing', 0], ['migrated', 0]],
    ['half of the users of each moved', ['canary', 5_000], ['canary', 5_000]],
    ['applications on their service', ['migrated', 0], ['shadowing', 0]],
    ['both on their services', ['migrated', 0], ['migrated', 0]],
  ];
  for (const [what, ofApplications, ofNotifications] of mixes)
    it(what, LIMIT, async (t) => {
      const { control } = environment;
      const group = `listener_${what.replaceAll(' ', '_')}`;
      const heard = await hear(t, { busUrl: environment.busUrl, events: contracts.events, group });
      await goTo(control, 'applications', ...ofApplications);
      await goTo(control, 'notifications', ...ofNotifications);
      const read: number[] = [];
      for (const person of PEOPLE) {
        const id = await apply(person);
        const { total_count: before } = await good(person, 'GET', '/notifications');
        let stale = false;
        for (const status of ['applied', 'screening']) {
          const answer = await call(person, 'PATCH', `/applications/${id}/status`, { status });
          assert.equal(answer.status, 200, JSON.stringify(answer.body));
          stale ||= answer.stale === true;
        }
        const look = () => good(person, 'GET', '/notifications?limit=2');
        // Only where its writer was told so may it come later.
        const now = stale
          ? await until(async () => {
              const found = await look();
              return found.total_count === before + 2 && found;
            })
          : await look();
        assert.equal(now.total_count, before + 2);
        const [latest, first] = now.notifications;
        assert.equal(latest.body, 'Your application moved from applied to screening.');
        assert.deepEqual([latest.is_read, first.is_read], [false, false]);
        assert.equal((await good(person, 'PUT', `/notifications/${first.id}/read`)).is_read, true);
        const { notifications: unread } = await good(
          person,
          'GET',
          '/notifications?unread_only=true&limit=1',
        );
        assert.equal(unread[0].id, latest.id);
        read.push(first.id);
      }
      for (const service of ['applications', 'notifications']) await verified(control, service);
      await noConflicts(monolith, applications, notifications);
      const of = (id: number) =>
        heard.filter((message) => message.data.notificationId === id).map(({ type }) => type);
      await until(() => read.every((id) => of(id).length >= 2));
      for (const id of read) assert.deepEqual(of(id), ['NotificationSent', 'NotificationRead']);
    });
});

it('what somebody is told comes by their stream at once, through the gateway', LIMIT, async (t) => {
  const [, person] = PEOPLE as [number, number];
  const url = `${environment.gatewayUrl}/api/v1/notifications/stream`;
  const events = await openEvents(url, { token: data.token(person, environment.secret) });
  t.after(() => events.close());
  const id = await apply(person);
  await good(person, 'PATCH', `/applications/${id}/status`, { status: 'applied' });
  await until(() => events.all.length > 0);
  const [latest] = (await good(person, 'GET', '/notifications?limit=1')).notifications;
  assert.partialDeepStrictEqual(events.all[0]!.data, { id: `n${latest.id}`, body: latest.body });
});

it('what was read on the service stays read after going back, and goes on there', LIMIT, async () => {
  const { control } = environment;
  await goTo(control, 'notifications', 'migrated');
  const [person] = PEOPLE as [number, ...number[]];
  const id = await apply(person);
  await good(person, 'PATCH', `/applications/${id}/status`, { status: 'applied' });
  await good(person, 'PUT', '/notifications/read-all');
  const onService = await good(person, 'GET', '/notifications?limit=100');
  await goTo(control, 'notifications', 'monolith');
  assert.deepEqual(await good(person, 'GET', '/notifications?limit=100'), onService);
  await good(person, 'PATCH', `/applications/${id}/status`, { status: 'screening' });
  assert.equal((await good(person, 'GET', '/notifications?unread_only=true')).total_count, 1);
});
