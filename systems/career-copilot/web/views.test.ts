import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { inChromium } from '@banyan/ui/testing';
import { assertFit } from './testing/rules.ts';
import { openView, viewsOf } from './testing/views.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What holds for every page in each of its states. Those that need services are looked at in story.test.ts, where all have moved. */

let world: World;
const views = (await viewsOf()).filter(({ view }) => view.services === undefined);

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('every page in each of its states', (chromium) => {
  for (const { area, view } of views)
    it(`${area}: ${view.name}`, async () => {
      const { page } = await openView(chromium, world, view);
      await assertFit(page, view);
    });
});
