/** Pages in a real Chromium, for tests, pictures and benchmarks. */
export type { Page } from 'playwright-core';
export { assertAccessible } from './accessibility.ts';
export { chromiumMissing, findChromium } from './find-chromium.ts';
export { type Chromium, inChromium, startChromium } from './in-chromium.ts';
export { openPerson, type Person, type PersonOptions, type Refused, type Theme } from './person.ts';
export { pictureOf, takeScreenshots, WIDTHS } from './screenshots.ts';
export { assertSteady } from './steady.ts';
