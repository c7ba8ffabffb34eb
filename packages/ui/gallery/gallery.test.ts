import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, inChromium } from '../testing/index.ts';
import { serveGallery } from './serve.ts';

inChromium('the gallery of components', (chromium) => {
  let gallery: Awaited<ReturnType<typeof serveGallery>>;
  before(async () => {
    gallery = await serveGallery();
  });
  after(() => gallery?.close());

  /** One part of the gallery; problems of its console and of its policy fail the test at its end. */
  async function show(part: string, width?: number): Promise<Page> {
    const person = await chromium.person({ origin: gallery.origin, ...(width && { width }) });
    const page = await person.tab(`/#${part}`);
    await page.getByRole('heading', { name: part }).waitFor();
    return page;
  }

  test('axe finds nothing, in light and dark, and nothing is wider than a small phone', async () => {
    const person = await chromium.person({ origin: gallery.origin, width: 320 });
    const page = await person.tab('/');
    await page.locator('.recharts-line').first().waitFor();
    await assertAccessible(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  });

  test('a chart shows its values as a table', async () => {
    const page = await show('charts');
    const chart = page.getByRole('figure', { name: 'Applications and answers' });
    await chart.getByRole('button', { name: 'Show the values' }).click();
    await chart.getByRole('cell', { name: '4 (2 – 6)' }).waitFor();
    await assertAccessible(page);
  });

  test('a card is dragged by the keyboard alone, and the move is told', async () => {
    const page = await show('board');
    const from = page.getByRole('grid', { name: 'Interview' });
    await from.getByRole('row').first().focus();
    await page.keyboard.press('ArrowRight');
    assert.match((await label(page)) ?? '', /^Drag Senior site reliability engineer/);
    await page.keyboard.press('Enter');
    const told = page.getByText(/^1 moved to /);
    await page
      .getByRole('button', { name: /^Drop on/ })
      .first()
      .waitFor({ state: 'attached' });
    await page.waitForFunction(() =>
      document.activeElement?.getAttribute('aria-label')?.startsWith('Drop on'),
    );
    await page.keyboard.press('Enter');
    await told.waitFor({ state: 'attached' });
    const column = (await told.textContent())!.replace('1 moved to ', '');
    assert.notEqual(column, 'Interview');
    await page
      .getByRole('grid', { name: column })
      .getByRole('row', { name: /^Senior site reliability engineer/ })
      .first()
      .waitFor();
    assert.equal(await from.getByRole('row').count(), 1);
  });

  test('several cards are chosen by the keyboard and go together by the menu', async () => {
    const page = await show('board');
    const saved = page.getByRole('grid', { name: 'Saved' });
    await saved.getByRole('row').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    const bar = page.getByRole('toolbar', { name: '2 selected' });
    await bar.getByRole('button', { name: 'Move to' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Offer' }).press('Enter');
    await page.getByText('2 moved to Offer').waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('grid', { name: 'Offer' }).getByRole('row').count(), 2);
    assert.equal(await saved.getByRole('row').count(), 1);
  });

  test('a card is dragged by the pointer', async () => {
    const page = await show('board');
    const card = page.getByRole('grid', { name: 'Interview' }).getByRole('row').first();
    await card.dragTo(page.getByRole('grid', { name: 'Offer' }));
    await page.getByText('1 moved to Offer').waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('grid', { name: 'Offer' }).getByRole('row').count(), 1);
  });

  test('a dialog takes the focus, keeps it, and gives it back', async () => {
    const page = await show('overlays');
    await page.getByRole('button', { name: 'Edit the contact' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Contact' });
    assert.ok(
      await dialog
        .getByRole('textbox', { name: 'Name' })
        .evaluate((field) => field === document.activeElement),
    );
    await assertAccessible(page);
    for (let pressed = 0; pressed < 6; pressed += 1) {
      await page.keyboard.press('Tab');
      assert.ok(await dialog.evaluate((box) => box.contains(document.activeElement)));
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await focusComesTo(page, 'Edit the contact');

    await page.getByRole('button', { name: 'Delete the account' }).press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await focusComesTo(page, 'Keep it');
    await assertAccessible(page);
  });

  test('a toast has its action, and says so once it is done', async () => {
    const page = await show('messages');
    await page.getByRole('button', { name: 'Archive' }).press('Enter');
    await page
      .getByRole('alertdialog', { name: 'Application archived' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await page.getByText('It is back').waitFor();
    assert.equal(await page.getByText('Application archived').count(), 0);
    await assertAccessible(page);
  });

  test('a table of ten thousand rows draws those that are seen, is sorted by its heads and walked to its end', async () => {
    const page = await show('tables');
    const table = page.getByRole('grid', { name: 'All jobs' });
    assert.equal(await table.getAttribute('aria-rowcount'), '10001');
    assert.ok((await table.getByRole('row').count()) < 60);
    await table.getByRole('columnheader', { name: 'Salary' }).click();
    await table.getByRole('row').nth(1).getByText('€40,000').waitFor();
    await table.getByRole('row').nth(1).focus();
    await page.keyboard.press('Control+End');
    await table.getByText('€99,000').first().waitFor();
    assert.ok((await table.getByRole('row').count()) < 60);
  });

  test('the summary of a form takes the focus and leads to the field', async () => {
    const page = await show('fields');
    await page.getByRole('button', { name: 'Send the form' }).click();
    await page.getByRole('alert').filter({ hasText: 'Two fields need' }).waitFor();
    assert.match((await focused(page)) ?? '', /Two fields need your attention/);
    await page.getByRole('button', { name: 'Write an address such as' }).press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'email');
  });
});

async function focused(page: Page): Promise<string | null | undefined> {
  return await page.evaluate(() => document.activeElement?.textContent);
}

async function focusComesTo(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.activeElement?.textContent === wanted, text);
}

async function label(page: Page): Promise<string | null | undefined> {
  return await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
}
