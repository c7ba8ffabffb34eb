/**
 * `npm run screenshots [-- --states] [areas...]`: pictures of every page, wide and narrow, light and dark, into docs/screenshots/<area>/, and
 * docs/web.md, which shows them. With `--states` of every page in each of its states (see views.ts), whole, into .banyan/screenshots, to be
 * looked at. The same data, the same moment and nothing that moves: what differs between two runs has been changed.
 */
import { globSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startScratchServer } from '@banyan/postgres/scratch-server';
import { openPerson, type PersonOptions, startChromium, takeScreenshots } from '@banyan/ui/testing';
import { showPictures } from './pictures-page.ts';
import { openReading } from './reads.ts';
import { isOfSomebody, isShown, type Opened, openView, pagesAmong, type View, viewsOf } from './views.ts';
import { startMonolithWorld, type World } from './worlds.ts';

/** The day after the generator's last. */
const NOW = new Date('2026-06-02T09:30:00Z');
const DOCS = resolve('docs');
const PICTURES = join(DOCS, 'screenshots');
const KIB = 1024;
/** Of all pictures in docs/: everybody who clones the repository has them. */
const MOST = 3 * KIB * KIB;
/** Of a picture in docs/, CSS pixels: what is further down says little more of a page. */
const LONGEST = 1_280;

const {
  values: { states },
  positionals: areas,
} = parseArgs({ allowPositionals: true, options: { states: { type: 'boolean', default: false } } });
const folder = states ? resolve('.banyan', 'screenshots') : PICTURES;
const all = await viewsOf(areas);
const views = states ? all : pagesAmong(all);
const taken = new Set<string>();
const browser = await startChromium();
const chromium = { person: (options: PersonOptions) => openPerson(browser, options) };
try {
  await onMonolith(async (world) => takeAll(world, views));
} finally {
  await browser.close();
}
removeOthers();
if (states) console.log(`look at them in ${relative('.', folder)}`);
else {
  showPictures(join(DOCS, 'web.md'), PICTURES);
  const total = globSync('**/*.webp', { cwd: PICTURES }).reduce(
    (sum, file) => sum + statSync(join(PICTURES, file)).size,
    0,
  );
  console.log(`all of docs/screenshots: ${Math.round(total / KIB)} KiB`);
  if (total > MOST) throw new Error(`docs/screenshots has more than ${MOST / KIB} KiB`);
}

async function takeAll(world: World, some: typeof views): Promise<void> {
  for (const { area, view } of some)
    await take(area, view.name, view, await openView(chromium, world, view, { now: NOW }));
  if (!states) return;
  for (const { area, view } of pagesAmong(some).filter(isOfSomebody)) {
    const { reads, ...opened } = await openReading(chromium, world, view, { now: NOW });
    await take(area, `${view.name}-waiting`, { ...view, isLoading: true }, opened, false);
    reads.fail();
    await take(area, `${view.name}-failed`, view, opened);
  }
}

async function take(
  area: string,
  name: string,
  view: View,
  { person, page }: Opened,
  isLast = true,
): Promise<void> {
  const sizes = await takeScreenshots(page, {
    folder: join(folder, area),
    name,
    ready: () => isShown(person, page, view),
    ...(!states && { longest: LONGEST }),
  });
  for (const file of Object.keys(sizes)) taken.add(join(area, file));
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log(`${area}/${name}: ${Math.round(total / KIB)} KiB`);
  if (isLast) for (const problem of await person.end()) console.error(`${area}/${name}: ${problem}`);
}

/** Of pages that are no more. Once all are taken: a run that fails leaves what there was. */
function removeOthers(): void {
  for (const file of globSync('*/*.webp', { cwd: folder })) {
    const isAsked = areas.length === 0 || areas.includes(dirname(file));
    if (isAsked && !taken.has(file)) rmSync(join(folder, file));
  }
}

async function onMonolith(work: (world: World) => Promise<void>): Promise<void> {
  const server = await startScratchServer();
  try {
    const world = await startMonolithWorld(server.url);
    await work(world).finally(() => world.stop());
  } finally {
    await server.remove();
  }
}
