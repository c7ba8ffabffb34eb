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
    // Nothing runs in it, so axe does not either, and would wait for it.
    .exclude('iframe[sandbox=""]')
    .options({
      // Off by default, since it is new in 2.2.
      rules: { 'target-size': { enabled: true } },
      // Of what is well axe would otherwise say where it is, element by element.
      resultTypes: ['violations'],
    })
    // Pages have no frames of other origins: what is found need not be put together in a page of its own, which costs as much as the finding.
    .setLegacyMode()
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
