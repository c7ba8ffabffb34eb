import type { EventingDefinition } from '@banyan/events';
import type { contracts } from './messages.ts';
import * as people from './people/store.ts';
import { addRating, insertProfile } from './profiles/store.ts';
import { addLesson } from './verification/store.ts';

/** What this service makes of what others tell, each once and whoever has done it. */
export const followOthers: EventingDefinition<typeof contracts>['on'] = {
  UserRegistered: async ({ data: { userId, fullName } }, { tx }) => {
    await people.insertPerson(tx, { userId, fullName });
    await insertProfile(tx, userId);
  },
  UserProfileUpdated: ({ data: { userId } }, { tx }) => people.readAgain(tx, userId),
  UserSuspended: ({ data: { userId } }, { tx }) => people.suspendPerson(tx, userId),
  UserDeleted: ({ data: { userId } }, { tx }) => people.forgetPerson(tx, userId),
  SessionCompleted: ({ data }, { tx }) => addLesson(tx, data),
  SessionRated: async ({ data: { ratedId, providerId, stars } }, { tx }) => {
    if (ratedId === providerId) await addRating(tx, ratedId, stars);
  },
};
