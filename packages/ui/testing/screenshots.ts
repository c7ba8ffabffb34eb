import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Theme } from './person.ts';

/** Widths of pictures by the name in their files, CSS pixels. */
export const WIDTHS = { wide: 1280, narrow: 320 } as const;
const HEIGHTS: Record<keyof typeof WIDTHS, number> = { wide: 800, narrow: 640 };
const THEMES: readonly Theme[] = ['light', 'dark'];
/** Of WebP: text is as sharp as it was, at a quarter of a PNG's size. */
const QUALITY = 45;

/** The files of a page's pictures, by what they show. */
export function pictureOf(name: string, width: keyof typeof WIDTHS, theme: Theme): string {
  return `${name}-${width}-${theme}.webp`;
}

/**
 * Pictures of a page as it is, light and dark, wide and narrow: `<name>-<width>-<theme>.webp` in the folder, none longer than `longest` CSS
 * pixels (default: the whole page). Returns their sizes in bytes by file. Equal pages give equal pictures as far as fonts are equal.
 */
export async function takeScreenshots(
  page: Page,
  {
    folder,
    name,
    ready,
    longest = Infinity,
  }: { folder: string; name: string; ready(page: Page): Promise<unknown>; longest?: number },
): Promise<Record<string, number>> {
  mkdirSync(folder, { recursive: true });
  const sizes: Record<string, number> = {};
  // Nothing is pointed at.
  await page.mouse.move(0, 0);
  for (const width of Object.keys(WIDTHS) as (keyof typeof WIDTHS)[])
    for (const theme of THEMES) {
      await page.setViewportSize({ width: WIDTHS[width], height: HEIGHTS[width] });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await ready(page);
      await showWhole(page, longest);
      await ready(page);
      const picture = await capture(page);
      const file = pictureOf(name, width, theme);
      writeFileSync(join(folder, file), picture);
      sizes[file] = picture.length;
    }
  return sizes;
}

/** Makes the window as long as the page, so that what stays at its edges is there, but leaves one alone that a dialog covers. */
async function showWhole(page: Page, longest: number): Promise<void> {
  if (await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().isVisible()) return;
  const { width, height } = page.viewportSize()!;
  const long = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.min(Math.max(height, long), longest) });
}

/** What is seen. Playwright itself makes no WebP. */
async function capture(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  try {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
    return Buffer.from(data, 'base64');
  } finally {
    await session.detach();
  }
}
