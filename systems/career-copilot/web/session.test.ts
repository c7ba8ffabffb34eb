import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { until } from '@banyan/postgres/until';
import { inChromium } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import type { Credentials } from './testing/demo-data.ts';
import { stranger, visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What a browser makes of a session: cookies, tabs, reloads, and a policy that lets nothing in. */

const PAGE = '/';

inChromium('a session', (chromium) => {
  let world: World;
  before(async () => {
    world = await startMonolithWorld(await (await testServer()).database('monolith'));
  });
  after(async () => await world?.stop());

  const open = () => stranger(chromium, { origin: world.origin });
  const openAs = (who: Credentials) => visitor(chromium, { origin: world.origin }, who);
  const atLogin = async (page: Page) => await page.getByLabel('E-mail').waitFor();
  const isIn = async (page: Page) => await page.waitForURL((url) => url.pathname === PAGE);
  const logIn = async (page: Page, { email, password }: Credentials) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  const logOut = async (page: Page) => await page.getByRole('button', { name: 'Log out' }).click();

  it('begins on the page that was asked for, outlives a reload, and leaves nothing that a script can read', async () => {
    const person = await open();
    const page = await person.tab(PAGE);
    await atLogin(page);
    await logIn(page, world.people.busy);
    await isIn(page);
    await page.reload();
    await isIn(page);
    const seen = await page.evaluate(() => [
      document.cookie,
      JSON.stringify({ ...localStorage, ...sessionStorage }),
    ]);
    assert.equal(seen[0], '');
    assert.doesNotMatch(seen[1]!, /eyJ|token/i);
    const [cookie] = await person.context.cookies(`${world.origin}/session`);
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, 'Strict', '/session']);
    assert.deepEqual(await person.context.cookies(`${world.origin}/api/v1/jobs`), []);
  });

  it('is one in all tabs: they are logged in and out together', async () => {
    const person = await open();
    const [one, other] = [await person.tab(PAGE), await person.tab(PAGE)];
    await atLogin(one);
    await atLogin(other);
    await logIn(one, world.people.busy);
    await Promise.all([isIn(one), isIn(other)]);
    // One that has not loaded the login yet stays longer on what it shows.
    const late = await person.tab(PAGE);
    await isIn(late);
    await person.settled();
    const asNobody: string[] = [];
    person.context.on('request', (request) => {
      if (request.url().includes('/api/') && !request.headers().authorization) asNobody.push(request.url());
    });
    await logOut(other);
    await Promise.all([one, other, late].map(atLogin));
    await person.settled();
    assert.deepEqual(asNobody, []);
  });

  it('of somebody else, begun in another tab, takes over no page', async () => {
    const person = await openAs(world.people.busy);
    const [mine, other] = [await person.tab(PAGE), await person.tab(PAGE)];
    await Promise.all([isIn(mine), isIn(other)]);
    await logOut(other);
    await Promise.all([atLogin(mine), atLogin(other)]);
    await logIn(other, world.people.administrator);
    await mine.getByText('Somebody else has logged in here').waitFor();
    await atLogin(mine);
    await mine.reload();
    await mine.waitForURL((url) => url.pathname !== '/login');
  });

  it('never sends the login elsewhere', async () => {
    const person = await open();
    const page = await person.tab(`/login?next=${encodeURIComponent('//evil.example/')}`);
    await atLogin(page);
    await logIn(page, world.people.busy);
    await page.waitForURL((url) => url.pathname !== '/login');
    assert.equal(new URL(page.url()).origin, world.origin);
  });

  it('takes along what was begun and not sent when it is ended by somebody’s own wish, in all tabs', async () => {
    const person = await openAs(world.people.busy);
    const [one, other] = [await person.tab('/profile'), await person.tab(PAGE)];
    const kept = async () => String(await other.evaluate('JSON.stringify(localStorage)'));
    await one.getByLabel('Headline').fill('Half a head');
    await until(async () => (await kept()).includes('Half a head'));
    await one.getByLabel('Headline').fill('Half a head more');
    await logOut(other);
    await Promise.all([atLogin(one), atLogin(other)]);
    assert.doesNotMatch(await kept(), /Half a head/);
  });

  it('lasts as long as the page where cookies are blocked, which is told before', async () => {
    const person = await open();
    await person.context.addInitScript('Object.defineProperty(navigator, "cookieEnabled", { value: false })');
    await person.context.route('**/session', async (route) => {
      const answer = await route.fetch();
      const { 'set-cookie': _, ...headers } = answer.headers();
      await route.fulfill({ response: answer, headers });
    });
    const page = await person.tab(PAGE);
    await page.getByText('Your browser blocks cookies').waitFor();
    await logIn(page, world.people.busy);
    await isIn(page);
    await person.context.clearCookies();
    await page.reload();
    await atLogin(page);
  });

  it('lets in no markup, script or style that is not from here', async () => {
    const person = await openAs(world.people.busy);
    person.allow(/Content-Security-Policy|Content Security Policy|TrustedHTML|Trusted/);
    const page = await person.tab(PAGE);
    await isIn(page);
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      const tries = [
        () => {
          document.body.innerHTML += '<b>markup</b>';
        },
        () => {
          script.textContent = 'window.ran = 1';
          document.head.append(script);
        },
        () => document.body.setAttribute('onclick', 'window.ran = 1'),
      ];
      for (const attempt of tries)
        try {
          attempt();
        } catch {
          // Refused, as it should be.
        }
      document.body.click();
      return [(window as { ran?: number }).ran, document.body.querySelector('b')];
    });
    assert.deepEqual(ran, [undefined, null]);
  });
});
