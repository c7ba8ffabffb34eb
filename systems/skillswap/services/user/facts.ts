import { changedFields, type FromRows } from '@banyan/events';
import { joinName } from '@banyan/service';
import { contracts } from '../../contracts/user.ts';
import { TOLD, type UserRow } from './decide.ts';

export { contracts };

/** What is told of a change of somebody's row, whoever has made it. */
export function factsOfChange(before: UserRow, after: UserRow) {
  const { id: userId } = after;
  if (after.status === 'DELETED')
    return before.status === 'DELETED' ? [] : [{ type: 'UserDeleted' as const, data: { userId } }];
  const fields = changedFields(TOLD, before, after);
  return [
    ...(fields.length > 0
      ? [{ type: 'UserProfileUpdated' as const, data: { userId, changedFields: fields } }]
      : []),
    ...(after.verified && !before.verified ? [{ type: 'UserVerified' as const, data: { userId } }] : []),
    ...(after.status === 'SUSPENDED' && before.status !== 'SUSPENDED'
      ? [{ type: 'UserSuspended' as const, data: { userId } }]
      : []),
    ...(after.status === 'ACTIVE' && before.status === 'SUSPENDED'
      ? [{ type: 'UserReinstated' as const, data: { userId } }]
      : []),
  ];
}

/** What is told of somebody new. */
export function registration(user: UserRow) {
  const { id: userId, email, first_name, last_name, time_zone: timeZone, role, created_at } = user;
  const fullName = joinName({ firstName: first_name, lastName: last_name });
  const registeredAt = created_at.toISOString();
  return {
    type: 'UserRegistered' as const,
    data: { userId, email, fullName, timeZone, role, registeredAt },
  };
}

/** What the monolith does with users, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  users: {
    insert: registration,
    update: factsOfChange,
    exists: (user: UserRow) => [
      ...(user.status === 'DELETED' ? [] : [registration(user)]),
      ...(user.status === 'SUSPENDED' ? [{ type: 'UserSuspended' as const, data: { userId: user.id } }] : []),
      ...(user.status === 'DELETED' ? [{ type: 'UserDeleted' as const, data: { userId: user.id } }] : []),
    ],
  },
};
