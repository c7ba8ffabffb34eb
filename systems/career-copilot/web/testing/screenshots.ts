/**
 * `npm run screenshots [areas...]`: pictures of every page in each of its states (see views.ts), wide and narrow, light and dark, into
 * docs/screenshots/<area>/. The same data, the same moment and nothing that moves: what differs between two runs has been changed.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startScratchServer } from '@banyan/postgres/scratch-server';
import { openPerson, type PersonOptions, startChromium, takeScreenshots } from '@banyan/ui/testing';
import { migrate } from '../../kit/testing/moves.ts';
import { system } from '../../system.ts';
import { isShown, openView, viewsOf } from './views.ts';
import { startMonolithWorld, startWholeWorld, type World } from './worlds.ts';

/** The day after the generator's last. */
const NOW = new Date('2026-06-02T09:30:00Z');
const FOLDER = resolve('docs', 'screenshots');
const KIB = 1024;
/** Of one picture. */
const LARGEST = KIB * KIB;

const areas = process.argv.slice(2);
const views = await viewsOf(areas);
// Of pages that are no more, too.
if (areas.length === 0) rmSync(FOLDER, { recursive: true, force: true });
const browser = await startChromium();
const chromium = { person: (options: PersonOptions) => openPerson(browser, options) };
try {
  await onMonolith(async (world) =>
    takeAll(
      world,
      views.filter(({ view }) => !view.services),
    ),
  );
  const onServices = views.filter(({ view }) => view.services);
  if (onServices.length > 0) await onServicesOnly(async (world) => takeAll(world, onServices));
} finally {
  await browser.close();
}

async function takeAll(world: World, some: typeof views): Promise<void> {
  for (const { area, view } of some) {
    const { person, page } = await openView(chromium, world, view, { now: NOW });
    const folder = join(FOLDER, area);
    const sizes = await takeScreenshots(page, {
      folder,
      name: view.name,
      ready: () => isShown(person, page, view),
    });
    for (const problem of await person.end()) console.error(`${area}/${view.name}: ${problem}`);
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    console.log(`${area}/${view.name}: ${Math.round(total / KIB)} KiB`);
    if (Object.values(sizes).some((size) => size > LARGEST))
      throw new Error(`a picture of ${area}/${view.name} has more than 1 MiB`);
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

async function onServicesOnly(work: (world: World) => Promise<void>): Promise<void> {
  const world = await startWholeWorld('screenshots');
  try {
    await migrate(world.environment.control, system.services);
    await work(world);
  } finally {
    await world.stop();
  }
}
