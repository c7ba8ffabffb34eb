import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService, type RunningService } from '@banyan/service';
import { accountActivity, activeNow, hearOfActivity } from './account-activity.ts';

let service: RunningService;

before(async () => {
  const part = defineService({ name: 'asking', use: { activity: accountActivity }, routes: () => {} });
  const DATABASE_URL = await (await testServer()).database('activity');
  service = await part.start({ DATABASE_URL, LOG_LEVEL: 'silent' });
});

after(async () => await service?.close());

let users = 0;

async function tell(userId: number, ...types: (keyof typeof hearOfActivity)[]): Promise<void> {
  for (const type of types)
    await withTransaction(service.pool, (tx) => hearOfActivity[type]({ data: { userId } }, { tx }));
}

async function isActive(userId: number, mapped: boolean | null): Promise<boolean | null> {
  const { rows } = await service.pool.query(`SELECT ${activeNow('$1', '$2::boolean')} AS active`, [
    userId,
    mapped,
  ]);
  return rows[0].active;
}

describe('whether an account is active', () => {
  it('is as the mapping says, or not known, until auth tells', async () => {
    const user = ++users;
    for (const mapped of [true, false, null]) assert.equal(await isActive(user, mapped), mapped);
  });

  it('is as auth told last, whatever the mapping says, and twice is no error', async () => {
    const user = ++users;
    const words = { UserSuspended: false, UserReinstated: true, UserDeleted: false } as const;
    for (const type of ['UserSuspended', 'UserReinstated', 'UserSuspended', 'UserDeleted'] as const) {
      await tell(user, type, type);
      for (const mapped of [true, false, null]) assert.equal(await isActive(user, mapped), words[type], type);
    }
  });

  it('says nothing of anybody else', async () => {
    const [one, other] = [++users, ++users];
    await tell(one, 'UserSuspended');
    assert.equal(await isActive(other, true), true);
  });

  it('is not changed by what was rolled back', async () => {
    const user = ++users;
    const failing = withTransaction(service.pool, async (tx) => {
      await hearOfActivity.UserSuspended({ data: { userId: user } }, { tx });
      throw new Error('later');
    });
    await assert.rejects(failing, /later/);
    assert.equal(await isActive(user, true), true);
  });
});
