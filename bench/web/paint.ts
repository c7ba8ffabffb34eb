import type { Page, Person } from '@banyan/ui/testing';

/** How many times slower than this machine's the processor is: a telephone of some years ago. */
const SLOWED = 4;
/** Without another paint for so long nothing larger comes, ms. */
const SETTLED_MS = 2_000;
/** A page that has not come then is not measured, ms. */
const PATIENCE_MS = 20_000;

/**
 * When the largest part of a page was painted, ms after it was asked for, once for each of so many people with an empty cache. A text: there
 * is no such page.
 */
export async function largestPaints(
  open: () => Promise<Person>,
  path: string,
  loads: number,
): Promise<number[] | string> {
  const paints: number[] = [];
  for (let load = 0; load < loads; load++) {
    const person = await open();
    try {
      const page = await person.tab();
      const session = await person.context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
      await page.addInitScript(REMEMBER_PAINTS);
      await page.goto(path);
      const why = await whyNotThere(page);
      if (why) return why;
      paints.push(await page.evaluate<number>(LARGEST_PAINT));
    } finally {
      await person.end();
    }
  }
  return paints;
}

const REMEMBER_PAINTS = `window.largestPaint = Infinity;
  new PerformanceObserver((list) => { largestPaint = list.getEntries().at(-1).startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });`;

const LARGEST_PAINT = `new Promise((resolve) => {
  const look = setInterval(() => {
    if (performance.now() - largestPaint < ${SETTLED_MS} || largestPaint === Infinity) return;
    clearInterval(look);
    resolve(largestPaint);
  }, 100);
})`;

/** Undefined: it is there, and has loaded. */
export async function whyNotThere(page: Page): Promise<string | undefined> {
  const { pathname } = new URL(page.url());
  try {
    await page.locator('h1').first().waitFor({ timeout: PATIENCE_MS });
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached', timeout: PATIENCE_MS });
  } catch {
    return `${pathname} has no heading, or does not end to load, within ${PATIENCE_MS / 1_000} s`;
  }
  const heading = await page.locator('h1').first().innerText();
  return heading === 'There is no such page' ? `there is no page ${pathname}` : undefined;
}
