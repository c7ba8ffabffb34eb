import type { EventingDefinition } from '@banyan/events';
import type { contracts } from './messages.ts';
import { addRating } from './profiles/store.ts';
import { addLesson } from './verification/store.ts';

/** What this service makes of what others tell, each once. */
export const followOthers: EventingDefinition<typeof contracts>['on'] = {
  SessionCompleted: ({ data }, { tx }) => addLesson(tx, data),
  SessionRated: async ({ data: { ratedId, providerId, stars } }, { tx }) => {
    if (ratedId === providerId) await addRating(tx, ratedId, stars);
  },
};
