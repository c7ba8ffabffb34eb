import { after, before, it } from 'node:test';
import { chromiumMissing, inChromium } from '@banyan/ui/testing';
import { BORN_OUTSIDE, FIRST, goBack, migrate, OTHERS, repeatWhile } from '../kit/testing/moves.ts';
import { tellStory } from '../kit/testing/story.ts';
import { liveStory, moveIn } from './testing/story.ts';
import { startWholeWorld } from './testing/worlds.ts';

/**
 * What people see at the gateway while the ground moves: one person's story has no failed step and no error in its pages with no service
 * migrated, with three, with all, and while each of them moves there and back, with others about. Somebody is there all the time, in two tabs:
 * they stay logged in, whoever signs their tokens, and what they have begun to enter while a service moves is there afterwards.
 */

const LIMIT = { timeout: 600_000 };

let world: Awaited<ReturnType<typeof startWholeWorld>>;
let others = 0;

before(async () => {
  if (!chromiumMissing()) world = await startWholeWorld('web-story');
}, LIMIT);

after(async () => await world?.stop());

inChromium('one person’s story in the browser', (chromium) => {
  const story = () => liveStory(chromium, world.origin);
  /** Others use the public API meanwhile. */
  const load = async () => void (await tellStory(world.origin, `other${++others}`));

  // One test: whoever is there all the time would be gone with the end of the first of several.
  it(
    'goes its way with no, three and all services migrated, and while they move there and back',
    LIMIT,
    async () => {
      const { control } = world.environment;
      const resident = await moveIn(chromium, world.origin);
      const goOnDuring = async (move: () => Promise<void>, people: number) => {
        const headline = `Analyst, ${others} others later`;
        await resident.begin(headline);
        // A whole story costs much: what moves last is met by one who is there, and by others.
        const acts = [story];
        await repeatWhile(move(), async () => {
          await Promise.all([load(), (acts.shift() ?? resident.goOn)()]);
        });
        await resident.finish(headline);
        await resident.goOn();
        await Promise.all(Array.from({ length: people }, story));
      };

      await story();
      await migrate(control, [BORN_OUTSIDE]);
      await goOnDuring(() => migrate(control, FIRST), 1);
      // Two at once.
      await goOnDuring(() => migrate(control, OTHERS), 2);
      await goOnDuring(() => goBack(control, [...FIRST, ...OTHERS]), 1);
    },
  );
});
