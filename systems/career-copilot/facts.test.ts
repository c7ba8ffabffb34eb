import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, Messages, openPostgresBus } from '@banyan/events/machinery';
import { startEnvironment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { contracts as authContracts } from './contracts/auth.ts';
import { type ApplicationRow, fromRows as ofApplications } from './services/applications/facts.ts';
import { type AccountRow, fromRows as ofAccounts, type SessionRow } from './services/auth/facts.ts';
import { fromRows as ofProfiles, type ProfileRow } from './services/users/facts.ts';
import { system } from './system.ts';

const AT = new Date('2026-11-01T10:00:00Z');
const ADA: AccountRow = {
  id: 7,
  email: 'ada@example.com',
  is_active: true,
  role: 'user',
  display_name: 'Ada  King',
  password_changed_at: null,
  created_at: AT,
};

describe('what a change of an account means', () => {
  const { insert, update, exists, delete: remove } = ofAccounts.accounts!;
  const changed = (changes: Partial<AccountRow>, actor?: string) =>
    update!(ADA, { ...ADA, ...changes }, { at: AT, actor });

  it('a new row is a registration, and one that may not log in is suspended too', () => {
    const data = {
      userId: 7,
      email: 'ada@example.com',
      fullName: 'Ada  King',
      role: 'user',
      registeredAt: AT.toISOString(),
    };
    const awaiting = { ...data, awaitsConfirmation: true };
    assert.deepEqual(insert!(ADA, { at: AT }), [{ type: 'UserRegistered', data: awaiting }]);
    // Nobody ever asked who was there before for a proof of their address.
    assert.deepEqual(exists!(ADA), [{ type: 'UserRegistered', data }]);
    const types = [insert!({ ...ADA, is_active: false }, { at: AT })].flat().map((fact) => fact?.type);
    assert.deepEqual(types, ['UserRegistered', 'UserSuspended']);
  });

  it('says who did it only where the monolith did', () => {
    const suspended = (actor?: string) => changed({ is_active: false }, actor);
    assert.deepEqual(suspended('12'), [{ type: 'UserSuspended', data: { userId: 7, byUserId: 12 } }]);
    for (const nobody of [undefined, 'nightly job', '0', '-1', '12.5', '9999999999'])
      assert.deepEqual(suspended(nobody), [{ type: 'UserSuspended', data: { userId: 7 } }]);
  });

  it('a new password, the end of a suspension and a deletion are told, a new hash of the same password is not', () => {
    assert.deepEqual(changed({ password_changed_at: AT }), [
      { type: 'PasswordChanged', data: { userId: 7 } },
    ]);
    assert.deepEqual(update!({ ...ADA, is_active: false }, ADA, { at: AT }), [
      { type: 'UserReinstated', data: { userId: 7 } },
    ]);
    const deleted = { type: 'UserDeleted', data: { userId: 7, email: 'deleted-7@deleted.invalid' } };
    assert.deepEqual(changed({ email: 'deleted-7@deleted.invalid', is_active: false }), deleted);
    assert.deepEqual(remove!(ADA, { at: AT }), deleted);
    assert.deepEqual(changed({ display_name: 'Ada Lovelace' }), []);
  });

  it('each refresh token of the monolith is a login, and one that is revoked a logout', () => {
    const { insert, update } = ofAccounts.refresh_tokens!;
    const sessionId = 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6';
    const row: SessionRow = { account_id: 7, family_id: sessionId, revoked: false, expires_at: AT };
    const data = { userId: 7, sessionId, expiresAt: AT.toISOString() };
    assert.deepEqual(insert!(row, { at: AT }), { type: 'UserLoggedIn', data });
    assert.equal(insert!({ ...row, revoked: true }, { at: AT }), undefined);
    assert.deepEqual(update!(row, { ...row, revoked: true }, { at: AT }), {
      type: 'SessionEnded',
      data: { userId: 7, sessionId, reason: 'logged_out' },
    });
    assert.equal(update!({ ...row, revoked: true }, { ...row, revoked: true }, { at: AT }), undefined);
  });

  it('of profiles it is told which fields are others, never what stands in them', () => {
    const before: ProfileRow = {
      user_id: 7,
      first_name: 'Ada',
      last_name: null,
      phone: null,
      location: null,
      headline: null,
      skills: ['SQL'],
      preferences: { remote: true },
    };
    const told = (changes: Partial<ProfileRow>) =>
      ofProfiles.profiles!.update!(before, { ...before, ...changes }, { at: AT, actor: '7' });
    assert.equal(told({ skills: ['SQL'], preferences: { remote: true } }), undefined);
    assert.deepEqual(told({ first_name: 'Augusta', last_name: 'King', skills: [] }), {
      type: 'ProfileChanged',
      data: { userId: 7, changed: ['firstName', 'lastName', 'skills'], updatedBy: 7 },
    });
  });
});

it('an application is told when it is made and when it moves on, and not when something else of it changes', () => {
  const { insert, update } = ofApplications.applications!;
  const row: ApplicationRow = {
    id: 3,
    user_id: 7,
    job_id: 5,
    status: 'saved',
    applied_at: null,
    created_at: AT,
  };
  assert.deepEqual(insert!(row, { at: AT }), {
    type: 'ApplicationCreated',
    data: { userId: 7, applicationId: 3, jobId: 5, status: 'saved', createdAt: AT.toISOString() },
  });
  assert.deepEqual(update!(row, { ...row, status: 'applied' }, { at: AT }), {
    type: 'ApplicationStatusChanged',
    data: { userId: 7, applicationId: 3, from: 'saved', to: 'applied' },
  });
  assert.equal(update!(row, { ...row, job_id: 6 }, { at: AT }), undefined);
});

it('an event from before who did it could be unknown is read as it was', () => {
  const messages = new Messages(authContracts);
  const data = { userId: 7, byUserId: 12 };
  const old = { type: 'UserSuspended', dataversion: 1, data } as unknown as Envelope;
  assert.deepEqual(messages.receive(old).data, data);
});

it('users hears of what the monolith does with accounts as soon as auth is copied', {
  timeout: 240_000,
}, async (t) => {
  const directory = scratchFolder('banyan-facts-');
  const environment = await startEnvironment({
    system,
    services: ['auth', 'users'],
    directory,
    users: 40,
    settings: { fsync: 'off' },
    pace: { OBSERVE_SECONDS: '1' },
  });
  const [monolith, auth, users] = ['monolith', 'auth', 'users'].map((name) =>
    createPool(environment.databases.get(name)!, { max: 2 }),
  );
  const bus = await openPostgresBus({ url: environment.busUrl });
  t.after(async () => {
    await Promise.all([monolith, auth, users].map((pool) => pool!.end()));
    await bus.close();
    await environment.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const heard: Envelope[] = [];
  const types = Object.keys(authContracts.events);
  await bus.subscribe({ group: 'listener', types, handle: async (message) => void heard.push(message) });
  const until = async <T>(ask: () => T | Promise<T>): Promise<NonNullable<T>> => {
    for (;;) {
      const found = await ask();
      if (found) return found;
      await delay(20, undefined, { signal: t.signal });
    }
  };
  await environment.control.advance('auth', { stage: 'shadowing', share: 0 });
  await until(async () => {
    const { services } = await environment.control.status();
    return services.find(({ service }) => service === 'auth')?.stage === 'shadowing';
  });

  const register = async (email: string) => {
    const response = await fetch(`${environment.gatewayUrl}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'a good password', full_name: 'Ada  King' }),
    });
    assert.equal(response.status, 201);
    return ((await response.json()) as { user: { id: number } }).user.id;
  };
  const profileOf = async (id: number) =>
    (
      await users!.query(
        'SELECT * FROM profiles LEFT JOIN account_activity USING (user_id) WHERE user_id = $1',
        [id],
      )
    ).rows[0];
  const id = await register('ada@example.com');
  const profile = await until(() => profileOf(id));
  assert.deepEqual(
    [profile.email, profile.first_name, profile.last_name],
    ['ada@example.com', 'Ada', ' King'],
  );
  await monolith!.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
  await until(async () => (await profileOf(id)).active === false);
  await monolith!.query('UPDATE users SET is_active = true WHERE id = $1', [id]);
  await until(async () => (await profileOf(id)).active === true);
  await monolith!.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"actor":"1","reason":"spam"}');
    UPDATE users SET is_active = false WHERE id = ${id};
    COMMIT`);
  await until(async () => (await profileOf(id)).active === false);
  await monolith!.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":true}');
    UPDATE users SET password_changed_at = now() WHERE id <= 40;
    COMMIT`);
  await monolith!.query('UPDATE users SET email = $2, is_active = false WHERE id = $1', [
    id,
    `deleted-${id}@deleted.invalid`,
  ]);
  await until(async () => (await profileOf(id)).first_name === 'Deleted');
  await until(() => heard.length >= 6);
  assert.deepEqual(
    heard
      .filter(({ subject }) => subject === String(id))
      .map(({ type, data, actor, reason }) => [type, data.byUserId, actor, reason]),
    [
      ['UserRegistered', undefined, undefined, undefined],
      ['UserLoggedIn', undefined, undefined, undefined],
      ['UserSuspended', undefined, undefined, undefined],
      ['UserReinstated', undefined, undefined, undefined],
      ['UserSuspended', 1, '1', 'spam'],
      ['UserDeleted', undefined, undefined, undefined],
    ],
  );
  assert.equal(heard.length, 6);
  const { rows } = await auth!.query(
    `SELECT silent::int FROM banyan_events.replicated_facts WHERE table_name = 'public.accounts'`,
  );
  assert.deepEqual(rows, [{ silent: 40 }]);
});
