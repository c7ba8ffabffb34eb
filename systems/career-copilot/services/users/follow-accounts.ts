import { defineContracts, type EventingDefinition } from '@banyan/events';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/users.ts';
import { hearOfActivity } from '../../kit/account-activity.ts';
import { forgetPerson, insertProfile } from './store.ts';

/** What users says and hears. */
export const contracts = defineContracts({
  ...own,
  events: { ...own.events, ...auth.events },
});

/**
 * What profiles take over from accounts, at once and whoever else brings it: a profile that is there already keeps what it
 * has.
 */
export const followAccounts: EventingDefinition<typeof contracts>['on'] = {
  ...hearOfActivity,
  UserRegistered: ({ data: { userId, email, fullName, role, registeredAt } }, { tx }) =>
    insertProfile(tx, {
      id: userId,
      email,
      full_name: fullName,
      is_active: true,
      role,
      created_at: registeredAt,
    }),
  UserDeleted: async (deleted, context) => {
    await hearOfActivity.UserDeleted(deleted, context);
    await forgetPerson(context.tx, deleted.data.userId, deleted.data.email);
  },
};
