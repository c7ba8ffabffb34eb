import type { EventingDefinition } from '@banyan/events';
import { erasePerson, linksBringRows } from '@banyan/service';
import type { contracts } from './messages.ts';
import * as people from './people/store.ts';
import { personalTables } from './personal-data.ts';
import { addRating, insertProfile } from './profiles/store.ts';
import { addLesson } from './verification/store.ts';

/**
 * What this service makes of what others tell, each once and whoever has done it. While Banyan's links bring what others own, what is told of
 * it is only what they bring anyhow.
 */
export const followOthers: EventingDefinition<typeof contracts>['on'] = {
  UserRegistered: async ({ data: { userId, fullName } }, { tx }) => {
    await people.insertPerson(tx, { userId, fullName });
    await insertProfile(tx, userId);
  },
  UserProfileUpdated: async ({ data: { userId } }, { tx }) => {
    if (!(await linksBringRows(tx))) await people.readAgain(tx, userId);
  },
  UserSuspended: async ({ data: { userId } }, { tx }) => {
    if (!(await linksBringRows(tx))) await people.setStatus(tx, userId, 'SUSPENDED');
  },
  UserReinstated: async ({ data: { userId } }, { tx }) => {
    if (!(await linksBringRows(tx))) await people.setStatus(tx, userId, 'ACTIVE');
  },
  UserDeleted: async ({ data: { userId } }, { tx }) => {
    await erasePerson(tx, personalTables, userId);
  },
  AvailabilityChanged: async ({ data }, { tx }) => {
    if (!(await linksBringRows(tx))) await people.putHours(tx, data);
  },
  SessionCompleted: ({ data }, { tx }) => addLesson(tx, data),
  SessionRated: async ({ data: { ratedId, providerId, stars } }, { tx }) => {
    if (ratedId === providerId && !(await linksBringRows(tx))) await addRating(tx, ratedId, stars);
  },
};
