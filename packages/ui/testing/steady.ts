import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What the web's vitals call good; whoever reads loses the line above it. */
const MOST_MOVED = 0.1;

/** Throws with what moved, if more of what the page showed has moved since it was loaded than people bear with. */
export async function assertSteady(page: Page): Promise<void> {
  const moves = await page.evaluate<Move[]>(MOVES);
  const moved = moves.reduce((sum, { by }) => sum + by, 0);
  const told = moves.map(({ by, what }) => `${by.toFixed(3)}: ${what.join(', ')}`);
  assert.ok(
    moved <= MOST_MOVED,
    `the page moved by ${moved.toFixed(3)} while it came:\n  ${told.join('\n  ')}`,
  );
}

type Move = { by: number; what: string[] };

/** Chromium keeps them for whoever asks later. What follows somebody's input, or another size of the window, is theirs. */
const MOVES = `new Promise((resolve) => {
  const nameOf = (node) => node instanceof Element ? '<' + node.tagName.toLowerCase() + ' class="' + node.className + '">' : node?.nodeName;
  const moves = [];
  const take = (list) => moves.push(...list.filter((entry) => !entry.hadRecentInput).map(({ value, sources }) => ({
    by: value,
    what: sources.map(({ node, previousRect: was, currentRect: is }) => nameOf(node) + ' from ' + was.y + ' to ' + is.y),
  })));
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  // Those of before are told of in a task of its own, and those of now with the next picture.
  requestAnimationFrame(() => setTimeout(() => {
    take(observer.takeRecords());
    resolve(moves);
  }));
})`;
