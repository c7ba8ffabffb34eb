import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { Theme } from './person.ts';

/** WCAG 2.2, levels A and AA, and what axe's authors hold to be good practice beside it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Throws with each finding of axe about the page as it is now, in light and in dark. */
export async function assertAccessible(
  page: Page,
  { themes = ['light', 'dark'] }: { themes?: readonly Theme[] } = {},
): Promise<void> {
  const findings: string[] = [];
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    findings.push(...(await findingsOf(page)).map((finding) => `${theme}: ${finding}`));
  }
  assert.deepEqual(findings, [], `axe on ${page.url()}`);
}

async function findingsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(RULES)
    // What the library has said to screen readers, e.g. by the label of a button that was pending and is gone: it stays for some seconds.
    .exclude('[data-live-announcer]')
    // Off by default, since it is new in 2.2.
    .options({ rules: { 'target-size': { enabled: true } } })
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
