import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Theme } from './person.ts';

/** Widths of pictures by the name in their files, CSS pixels. */
export const WIDTHS = { wide: 1280, narrow: 320 } as const;
const HEIGHTS: Record<keyof typeof WIDTHS, number> = { wide: 800, narrow: 640 };
const THEMES: readonly Theme[] = ['light', 'dark'];
/** Of WebP: no difference can be seen, at a third of a PNG's size. */
const QUALITY = 80;

/**
 * Pictures of a page as it is, light and dark, wide and narrow: `<name>-<width>-<theme>.webp` in the folder. Returns their sizes in
 * bytes by file. Equal pages give equal pictures as far as fonts are equal.
 */
export async function takeScreenshots(
  page: Page,
  { folder, name, ready }: { folder: string; name: string; ready(page: Page): Promise<unknown> },
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
      const picture = await capture(page);
      const file = `${name}-${width}-${theme}.webp`;
      writeFileSync(join(folder, file), picture);
      sizes[file] = picture.length;
    }
  return sizes;
}

/** The whole page, however long, but what is seen of one with a dialog over it: it covers the window. Playwright itself makes no WebP. */
async function capture(page: Page): Promise<Buffer> {
  const isCovered = await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().isVisible();
  const session = await page.context().newCDPSession(page);
  try {
    const { data } = await session.send('Page.captureScreenshot', {
      format: 'webp',
      quality: QUALITY,
      captureBeyondViewport: !isCovered,
    });
    return Buffer.from(data, 'base64');
  } finally {
    await session.detach();
  }
}
