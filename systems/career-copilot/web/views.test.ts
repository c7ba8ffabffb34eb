import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { chromiumMissing, inChromium } from '@banyan/ui/testing';
import { assertFit } from './testing/rules.ts';
import { openView, viewsOf } from './testing/views.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What holds for every page in each of its states. Those that need services (`View.services`), of which there are none yet, are not looked at here. */

let world: World;
const views = (await viewsOf()).filter(({ view }) => view.services === undefined);

before(async () => {
  if (!chromiumMissing()) world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('every page in each of its states', (chromium) => {
  for (const { area, view } of views)
    it(`${area}: ${view.name}`, async () => {
      await assertFit(await openView(chromium, world, view), view);
    });
});
