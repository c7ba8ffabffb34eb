import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { startWithGateway } from '../../kit/testing/world.ts';
import { user } from './main.ts';

let world: Awaited<ReturnType<typeof startWithGateway>>;
before(async () => {
  world = await startWithGateway(user, { BCRYPT_COST: '4' });
});
after(async () => await world?.stop());

const ADMIN = { role: 'ADMIN' };

async function registered() {
  const account = { email: `${randomUUID()}@example.com`, password: 'a good password', fullName: 'A Person' };
  const { body } = await world.call(randomUUID(), 'POST', '/auth/register', account);
  return {
    id: body.user.id as string,
    refreshToken: body.refreshToken as string,
    login: async () => (await world.call(randomUUID(), 'POST', '/auth/login', account)).status,
  };
}

it('a suspension is taken back by an administrator, others are told once, and logins from before it stay over', async () => {
  const [admin, one] = [await registered(), await registered()];
  await world.service.pool.query(`UPDATE users SET role = 'ADMIN' WHERE id = $1`, [admin.id]);
  const by = async (as: string, action: string, role = {}) =>
    await world.call(as, 'POST', `/users/${one.id}/${action}`, undefined, role);
  assert.equal((await by(admin.id, 'suspend', ADMIN)).body.status, 'SUSPENDED');
  assert.equal(await one.login(), 403);
  // Nobody does it for themselves.
  assert.equal((await by(one.id, 'reinstate')).status, 403);
  for (let times = 0; times < 2; times++)
    assert.equal((await by(admin.id, 'reinstate', ADMIN)).body.status, 'ACTIVE');
  const told = async (type: string) =>
    (await world.said(type)).filter(({ userId }) => userId === one.id).length;
  assert.deepEqual([await told('UserSuspended'), await told('UserReinstated')], [1, 1]);
  assert.equal((await world.call(one.id, 'GET', `/users/${one.id}`)).status, 200);
  assert.equal(await one.login(), 200);
  const { refreshToken } = one;
  assert.equal((await world.call(one.id, 'POST', '/auth/refresh', { refreshToken })).status, 401);
});

it('a deletion is not taken back', async () => {
  const [admin, gone] = [await registered(), await registered()];
  await world.service.pool.query(`UPDATE users SET role = 'ADMIN' WHERE id = $1`, [admin.id]);
  await world.service.pool.query(`UPDATE users SET status = 'DELETED' WHERE id = $1`, [gone.id]);
  const { status } = await world.call(admin.id, 'POST', `/users/${gone.id}/reinstate`, undefined, ADMIN);
  assert.equal(status, 404);
});
