import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { assertAccessible, inChromium } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { newcomer, stranger } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** The frame around all pages. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('the frame of the pages', (chromium) => {
  it('leads a stranger to the login, and on to the page that they wanted', async () => {
    const person = await stranger(chromium, { origin: world.origin });
    const page = await person.tab('/?from=mail');
    await page.waitForURL('**/login?next=*');
    await logIn(page);
    await page.waitForURL(`${world.origin}/?from=mail`);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('leads nobody to another site after the login', async () => {
    const person = await stranger(chromium, { origin: world.origin });
    const page = await person.tab('/login?next=https%3A%2F%2Felsewhere.example%2F');
    await logIn(page);
    await page.waitForURL(`${world.origin}/`);
  });

  it('takes whoever has logged out away from what only they may see', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${world.origin}/login`);
    await page.getByText('You have logged out.').waitFor();
  });

  it('changes language and colours at once, and keeps them', async () => {
    const person = await stranger(chromium, { origin: world.origin, width: 320 });
    const page = await person.tab('/login');
    await choose(page, 'Language', 'Deutsch');
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    await choose(page, 'Erscheinungsbild', 'Dunkel');
    await assertAccessible(page);
    await page.reload();
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    const { lang, theme } = (await page.evaluate(
      '({ lang: document.documentElement.lang, theme: document.documentElement.dataset.theme })',
    )) as Record<string, string>;
    assert.deepEqual({ lang, theme }, { lang: 'de', theme: 'dark' });
  });

  it('tells that there is no network, and that there is one again', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await person.offline(true);
    await page.getByText('You are offline').waitFor();
    await person.offline(false);
    await page.getByText('You are back online').waitFor();
  });

  it('has a way to the content for the keyboard before all else', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#content:focus').waitFor();
  });

  it('says so where there is no page, and leads back', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });
});

inChromium('whoever watches pages', (chromium) => {
  it('says with a failure what they heard of the services', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const fails = person.watched(async () => {
      await person.tab('/jobs?q=engineer');
      await person.settled();
      throw new Error('It did not come');
    });
    await assert.rejects(fails, /It did not come\n.*422 GET \/api\/v1\/jobs\/match-settings: \{/s);
  });
});

async function logIn(page: Page): Promise<void> {
  const { email, password } = world.people.busy;
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

async function choose(page: Page, menu: string, entry: string): Promise<void> {
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole('menuitemradio', { name: entry }).click();
}
