import assert from 'node:assert/strict';
import { assertAccessible, WIDTHS } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { isShown, type Opened, type View } from './views.ts';

/**
 * Throws unless the page keeps the rules of all pages: a title of its own, one heading above all, nothing that axe finds, nothing to be
 * scrolled sideways on the narrowest screen. Wide it is looked at in light, narrow in dark: each rule is met in both, at half of the cost.
 */
export async function assertFit({ person, page }: Opened, view: View): Promise<void> {
  await assertFitWide(page);
  await page.setViewportSize(NARROW);
  await isShown(person, page, view);
  await assertFitNarrow(page);
}

export async function assertFitWide(page: Page): Promise<void> {
  await page.setViewportSize({ width: WIDTHS.wide, height: 800 });
  assert.equal(await page.locator('h1').count(), 1, 'headings of the first level');
  const [heading, title] = [await page.locator('h1').innerText(), await page.title()];
  assert.ok(title.startsWith(heading), `the title is ${title}, the heading ${heading}`);
  await assertAccessible(page, { themes: ['light'] });
}

export async function assertFitNarrow(page: Page): Promise<void> {
  await page.setViewportSize(NARROW);
  await assertAccessible(page, { themes: ['dark'] });
  assert.deepEqual(await tooWide(page), [], 'wider than the screen');
}

const NARROW = { width: WIDTHS.narrow, height: 640 };

/** What sticks out to the right of a narrow screen and is in no part that scrolls by itself. */
async function tooWide(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `<${element.tagName.toLowerCase()} class="${element.className}">`);
  });
}
