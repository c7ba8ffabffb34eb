import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import {
  archiveOf,
  erasePerson,
  type Parts,
  type PersonalTables,
  type Service,
  unsaidOf,
} from '@banyan/service';
import { startWithGateway } from './kit/testing/world.ts';
import { analytics } from './services/analytics/main.ts';
import { personalTables as ofAnalytics } from './services/analytics/personal-data.ts';
import { notification } from './services/notification/main.ts';
import { personalTables as ofNotification } from './services/notification/personal-data.ts';
import { payment } from './services/payment/main.ts';
import { personalTables as ofPayment } from './services/payment/personal-data.ts';
import { session } from './services/session/main.ts';
import { personalTables as ofSession } from './services/session/personal-data.ts';
import { skill } from './services/skill/main.ts';
import { personalTables as ofSkill } from './services/skill/personal-data.ts';
import { user } from './services/user/main.ts';
import { personalTables as ofUser } from './services/user/personal-data.ts';

const ALL: [Service<Parts>, PersonalTables][] = [
  [user, ofUser],
  [skill, ofSkill],
  [notification, ofNotification],
  [analytics, ofAnalytics],
  [session, ofSession],
  [payment, ofPayment],
];

for (const [service, stated] of ALL)
  it(`${service.name} says of each of its tables what it has about people, and what becomes of it`, async (t) => {
    const world = await startWithGateway(service);
    t.after(world.stop);
    const { pool } = world.service;
    assert.deepEqual(await unsaidOf(pool, stated), []);
    const person = randomUUID();
    const { awaited } = await withTransaction(pool, (tx) => erasePerson(tx, stated, person));
    assert.deepEqual(awaited, {});
    const archive = await archiveOf(pool, stated.tables, person);
    assert.ok(Object.keys(archive).length > 1);
  });
