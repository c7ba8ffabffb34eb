import { defineContracts, type EventingDefinition } from '@banyan/events';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/users.ts';
import { forgetPerson, insertProfile, setAccountActive } from './store.ts';

/** What users says and hears. */
export const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...auth.events },
});

/**
 * What profiles take over from accounts, at once and whoever else brings it: a profile that is there already keeps what it
 * has. That an account is suspended is told in the order in which it happened, so the last word is auth's.
 */
export const followAccounts: EventingDefinition<typeof contracts>['on'] = {
  UserRegistered: ({ data: { userId, email, fullName, role, registeredAt } }, { tx }) =>
    insertProfile(tx, {
      id: userId,
      email,
      full_name: fullName,
      is_active: true,
      role,
      created_at: registeredAt,
    }),
  UserSuspended: ({ data: { userId } }, { tx }) => setAccountActive(tx, userId, false),
  UserReinstated: ({ data: { userId } }, { tx }) => setAccountActive(tx, userId, true),
  UserDeleted: ({ data: { userId, email } }, { tx }) => forgetPerson(tx, userId, email),
};
