import type { Told } from '@banyan/harness/testing/story';
import { cancel, contest, decline } from './closing.ts';
import { join, lookBack, match, offer } from './people.ts';
import { book, loseTheRace, meet, PRICE, rate } from './session.ts';
import { type StoryWorld, tellerOf } from './teller.ts';
import { buy, withdraw } from './wallet.ts';

/**
 * Ada learns from Ben, and Cleo is in their way, through the public API: from the registration to the withdrawal of what was earned, and what else may
 * become of a session. After each step both are asked what they see. `begin` ends with a session that both count on; `end` is what comes then.
 */
export function storyOf(world: StoryWorld): { told: Told[]; begin(): Promise<void>; end(): Promise<void> } {
  const story = tellerOf(world);
  const { cast } = story;
  let session: string;
  return {
    told: story.told,
    async begin() {
      await join(story);
      await offer(story);
      await match(story, { rating: 0.7, stars: null });
      await buy(story);
      session = await book(story, 50);
      await loseTheRace(story, session);
      await story.step(cast.ben, session, 'accept', 'ACCEPTED');
    },
    async end() {
      await meet(story, session);
      await rate(story, session);
      // Of five stars by the one who was taught, and of nobody else.
      await match(story, { rating: 1, stars: 5 });
      await withdraw(story);
      await decline(story);
      // What the seeker gives up by the notice: nothing, half, all; and nothing if it is not them who cancels.
      await cancel(story, cast.ada, { hours: 30, kept: 0, earned: 0 });
      await cancel(story, cast.ada, { hours: 10, kept: 7, earned: 6 });
      await cancel(story, cast.ada, { hours: 3, kept: PRICE, earned: 14 });
      await cancel(story, cast.ben, { hours: 2.25, kept: 0, earned: 0 });
      await contest(story);
      await lookBack(story, session);
    },
  };
}
