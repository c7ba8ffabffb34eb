import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium, type Person } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { WEBHOOK_TYPES } from '../api/integrations.ts';
import { until } from '../kit/testing/until.ts';
import { type Answers, answersOf } from './testing/answers.ts';
import { authIsThere } from './testing/auth-service.ts';
import { withConnections } from './testing/connections-service.ts';
import { withNotifications, withTrials } from './testing/notifications-service.ts';
import { newcomer, PASSWORD } from './testing/visitor.ts';
import { withWebhooks } from './testing/webhooks-service.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What the owner of an account sets. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('settings', (chromium) => {
  describe('of an account', () => settingsTests(chromium));
  describe('of notifications', () => notificationTests(chromium));
  describe('of connections', () => connectionTests(chromium));
  describe('of webhooks', () => webhookTests(chromium));
});

function settingsTests(chromium: Chromium): void {
  const open = async (path: string, given?: (answers: Answers, person: Person) => Promise<unknown>) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await given?.(answers, person);
    return { person, answers, page: await person.tab(path) };
  };

  it('have an address for each part, and leave out what nobody answers yet', async () => {
    const { page } = await open('/settings');
    await page.getByRole('link', { name: 'Security' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'General' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Privacy' }).count(), 0);
    await page.goto('/settings/privacy');
    await page.getByText('This is not here yet').waitFor();
  });

  it('change the password by the keyboard, once the current one is right', async () => {
    const { person, page } = await open('/settings/security');
    person.allow(/^400 /);
    const [current, next] = [page.getByLabel('Current password'), page.getByLabel('New password')];
    await current.fill('not my password');
    await next.fill('a longer password');
    await next.press('Enter');
    await page.getByText('This is not your current password.').waitFor();
    await current.fill(PASSWORD);
    await current.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    assert.equal(await current.inputValue(), '');
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /password/);
  });

  it('show a session again whose end was refused, with the reason', async () => {
    const { page } = await open('/settings/security', async (answers, person) => {
      await authIsThere(person);
      await answers.instead('/auth/sessions', { sessions: SESSIONS });
      await answers.instead('GET /auth/second-factor', { enabled: false, recovery_codes_left: 0 });
      await answers.instead('/oauth/grants', { grants: [] });
      await answers.instead('/auth/email-verification', { email: 'ada@example.com', email_verified: true });
      await answers.refuse('/auth/sessions/*', { status: 503, code: 'UNAVAILABLE' });
    });
    await page.getByRole('button', { name: /^End the session since 12 May/ }).press('Enter');
    await page.getByText('The session was not ended').waitFor();
    await page.getByRole('button', { name: /^End the session since 12 May/ }).waitFor();
    assert.equal(await page.getByText('Here', { exact: true }).count(), 1);
  });

  it('delete an account only for whoever types whose it is', async () => {
    const { page } = await open('/settings/data', (answers) => answers.instead('/users/me/preferences', {}));
    let deleted = 0;
    await page.route('**/api/v1/users/me', (route) => {
      if (route.request().method() !== 'DELETE') return route.fallback();
      deleted += 1;
      return route.fulfill({ status: 204 });
    });
    await page.getByRole('button', { name: 'Delete the account' }).press('Enter');
    const field = page.getByLabel(/^Type ada/);
    await field.fill('somebody@example.com');
    await field.press('Enter');
    await page.getByText('This is not the address of your account.').waitFor();
    assert.equal(deleted, 0);
    const label = await page
      .getByText(/^Type ada/)
      .first()
      .innerText();
    await field.fill(label.match(/ada-\S+@example\.com/)![0].toUpperCase());
    await field.press('Enter');
    await page.waitForURL(`${world.origin}/login`);
    assert.equal(deleted, 1);
  });
}

function notificationTests(chromium: Chromium): void {
  const open = async (given?: (person: Person) => Promise<unknown>) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await withNotifications(answers);
    await given?.(person);
    return { person, answers, page: await person.tab('/settings/notifications') };
  };

  it('are as they were, with the reason, where a choice is refused', async () => {
    const { answers, page } = await open();
    const way = page.getByRole('switch', { name: 'Push: A new job fits' });
    const before = await way.isChecked();
    await answers.refuse('PUT /notifications/preferences', { status: 503, code: 'UNAVAILABLE' });
    await way.press('Space');
    await page.getByText('Your choice was not saved').waitFor();
    assert.equal(await way.isChecked(), before);
  });

  it('rest in hours that are entered by the keyboard, and kept over a reload until they are sent', async () => {
    const { page } = await open();
    const from = page.getByRole('group', { name: 'From' }).getByRole('spinbutton').first();
    await from.press('ArrowDown');
    assert.equal(await from.innerText(), '21');
    await page.reload();
    await page.getByText(/^What you entered .* was kept/).waitFor();
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    assert.deepEqual((await sent).postDataJSON().quiet_hours, { from: '21:00', to: '07:00' });
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  it('are tried by the keyboard, and it is told what comes of it, until that does not change any more', async () => {
    const { answers, page } = await open();
    await withTrials(answers, { state: 'bounced', reason: 'NO_SUCH_ADDRESS' });
    await answers.instead('/notifications/deliveries/*', { state: 'sending', reason: null }, 2);
    const asked: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/notifications/deliveries/')) asked.push(response.url());
    });
    const row = page.getByRole('listitem').filter({ hasText: 'E-mail' });
    const test = row.getByRole('button', { name: 'Send me a test: E-mail' });
    await test.press('Enter');
    await row.getByRole('status').getByText('On its way').waitFor();
    await row.getByRole('status').getByText('It did not arrive: There is no such mailbox').waitFor();
    assert.equal(asked.length, 3);
    await answers.refuse('POST /notifications/channels/*/test', { status: 409, code: 'NO_ADDRESS' });
    await test.press('Enter');
    await row.getByText('The test was not sent. You are not reached this way yet.').waitFor();
    assert.equal(await row.getByText('It did not arrive').count(), 0);
  });

  it('come to a browser that was allowed to show them, and lead to its own pages', async () => {
    const { person, page } = await open(withPush);
    await page.getByRole('button', { name: 'Turn on' }).press('Enter');
    await page.getByText('You are told here').waitFor();
    const told = { title: 'To do: Ask', body: 'Today', link: 'https://elsewhere.example/jobs/1' };
    await deliverPush(page, JSON.stringify(told));
    const shown = await until(() => page.evaluate(shownMessage));
    assert.deepEqual(shown, { title: 'To do: Ask', body: 'Today', path: '/' });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${world.origin}/login`);
    await until(async () => (await page.evaluate('localStorage.getItem("career-copilot-push")')) === null);
    assert.deepEqual(await person.end(), []);
  });
}

function connectionTests(chromium: Chromium): void {
  const open = async (path: string, given?: (answers: Answers) => Promise<unknown>) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await withConnections(answers);
    await given?.(answers);
    return { person, answers, page: await person.tab(path) };
  };

  it('are completed by what the provider has sent along, which is not left in the address', async () => {
    const sent: string[] = [];
    const { page } = await open('/settings', (answers) =>
      answers.instead('/integrations/connections/complete', { id: 3, provider: 'google' }),
    );
    page.on('request', (request) => {
      if (request.url().endsWith('/complete')) sent.push(request.postDataJSON().query);
    });
    await page.goto('/settings/connections/callback?code=of-the-provider&state=s1');
    await page.getByText('Google is connected').waitFor();
    assert.equal(page.url(), `${world.origin}/settings/connections`);
    assert.deepEqual(sent, ['code=of-the-provider&state=s1']);
    await page.goBack();
    assert.equal(page.url(), `${world.origin}/settings`);
  });

  it('have a calendar back that could not be removed, with the reason', async () => {
    const { answers, page } = await open('/integrations/connections');
    await answers.refuse('DELETE /integrations/calendars/*', { status: 503, code: 'UNAVAILABLE' });
    await page.getByRole('button', { name: 'Calendars of Google' }).press('Enter');
    const calendar = page.getByRole('switch', { name: 'Main calendar' });
    await calendar.press('Space');
    await page.getByText('The calendar was not removed').waitFor();
    assert.ok(await calendar.isChecked());
  });

  it('keep the server and the name that were entered, and never the password', async () => {
    const { answers, page } = await open('/settings/connections');
    await answers.refuse('/integrations/connections/caldav', { status: 502, code: 'SERVER_UNREACHABLE' });
    await page.getByRole('button', { name: 'Connect a calendar server' }).press('Enter');
    await page.getByRole('radio', { name: 'Fastmail' }).press('Space');
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password for this app').fill('of the server');
    await page.keyboard.press('Enter');
    await page.getByText('The calendar server does not answer').waitFor();
    await page.reload();
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /of the server/);
    await page.getByRole('button', { name: 'Connect a calendar server' }).press('Enter');
    await page.getByText(/^What you entered .* was kept/).waitFor();
    assert.equal(await page.getByLabel('User name').inputValue(), 'ada');
    assert.ok(await page.getByRole('radio', { name: 'Fastmail' }).isChecked());
  });
}

function webhookTests(chromium: Chromium): void {
  const open = async (path: string) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await withWebhooks(answers);
    return { answers, page: await person.tab(path) };
  };

  it('are made by the keyboard, and show their secret once', async () => {
    const { answers, page } = await open('/settings/webhooks');
    await answers.instead('POST /integrations/webhooks', { id: 7, secret: 'whsec_c2VjcmV0' });
    await page.getByRole('button', { name: 'New webhook' }).press('Enter');
    await page.getByLabel('Address').fill('https://hooks.example.com/career');
    await page.getByRole('checkbox', { name: 'A new job fits' }).press('Space');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByLabel('Address').press('Enter');
    assert.deepEqual((await sent).postDataJSON(), {
      url: 'https://hooks.example.com/career',
      event_types: WEBHOOK_TYPES.filter((type) => type !== 'job.matched'),
    });
    await page.getByText('whsec_c2VjcmV0').waitFor();
    await page.getByRole('button', { name: 'I have kept it' }).press('Enter');
    await page.waitForURL(`${world.origin}/settings/webhooks/7`);
    await page.getByRole('heading', { level: 1, name: 'hooks.example.com/career' }).waitFor();
    assert.doesNotMatch(await page.content(), /whsec_/);
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /whsec_|hooks/);
  });

  it('have an address for what was sent, and the button back leads out of it', async () => {
    const { answers, page } = await open('/integrations/webhooks/7');
    await page
      .getByRole('link', { name: /^application.status_changed,/ })
      .nth(1)
      .press('Enter');
    await page.getByText('Answered 503').waitFor();
    assert.equal(new URL(page.url()).search, '?delivery=898');
    await answers.instead('/integrations/webhooks/*/deliveries/*/replay', { replayed: 1 });
    await page.getByRole('button', { name: 'Send it again' }).press('Enter');
    await page.getByText('It is on its way again').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(page.url(), `${world.origin}/settings/webhooks/7`);
  });

  it('are on again, with the reason, where they could not be switched off', async () => {
    const { answers, page } = await open('/settings/webhooks/7');
    await answers.refuse('PATCH /integrations/webhooks/7', { status: 503, code: 'UNAVAILABLE' });
    const enabled = page.getByRole('switch', { name: 'On' });
    await enabled.press('Space');
    await page.getByText('The webhook was not switched').waitFor();
    assert.ok(await enabled.isChecked());
  });
}

/** A browser that may show notifications. Its maker's push service, which no test can reach, has given it a subscription. */
async function withPush({ context }: Person): Promise<void> {
  await context.grantPermissions(['notifications'], { origin: world.origin });
  await answersOf({ context } as Person).instead('/notifications/push-subscriptions', { id: randomUUID() });
  await context.addInitScript(() => {
    let subscription: unknown = null;
    const endpoint = 'https://push.example/1';
    PushManager.prototype.getSubscription = async () => subscription as PushSubscription | null;
    PushManager.prototype.subscribe = async () => {
      subscription = {
        endpoint,
        toJSON: () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } }),
        unsubscribe: async () => {
          subscription = null;
          return true;
        },
      };
      return subscription as PushSubscription;
    };
  });
}

async function shownMessage() {
  const registration = await navigator.serviceWorker.ready;
  const [one] = await registration.getNotifications();
  return one && { title: one.title, body: one.body, ...one.data };
}

/** As the browser does when its push service has brought a message. */
async function deliverPush(page: Page, data: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const registrationId = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [one] = registrations;
      if (one) resolve(one.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const { origin } = world;
  await devtools.send('ServiceWorker.deliverPushMessage', {
    origin,
    registrationId: await registrationId,
    data,
  });
}

const SESSIONS = [12, 3].map((day, n) => ({
  id: `5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7a0${n}`,
  started_at: `2026-05-${String(day).padStart(2, '0')}T07:12:00.000Z`,
  last_used_at: '2026-06-02T09:28:00.000Z',
  expires_at: '2026-07-02T09:28:00.000Z',
  current: day === 3,
}));
