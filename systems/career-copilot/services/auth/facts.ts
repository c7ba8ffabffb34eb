import type { FromRows } from '@banyan/events';
import { contracts } from '../../contracts/auth.ts';
import { userIn } from '../../kit/actors.ts';
import { anonymized } from './decide.ts';

export { contracts };

/** The columns of `accounts` by which it is told what happened. */
export type AccountRow = {
  id: number;
  email: string;
  is_active: boolean;
  role: string;
  display_name: string;
  password_changed_at: Date | null;
  created_at: Date;
};

/** The columns of `refresh_tokens` by which it is told who logs in and out. */
export type SessionRow = { account_id: number; family_id: string; revoked: boolean; expires_at: Date };

/** What the monolith does with accounts and logins, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  accounts: {
    // This service asks for a proof of the address whoever has answered.
    insert: (account: AccountRow, { actor }) => registration(account, { actor, awaitsConfirmation: true }),
    update: (before: AccountRow, after: AccountRow, { actor }) => {
      const { id: userId, email } = after;
      const isDeleted = email === anonymized(userId).email;
      if (isDeleted && before.email !== email) return { type: 'UserDeleted', data: { userId, email } };
      const changedPassword = after.password_changed_at?.getTime() !== before.password_changed_at?.getTime();
      const changedActive = !isDeleted && after.is_active !== before.is_active;
      return [
        ...(changedPassword ? [{ type: 'PasswordChanged' as const, data: { userId } }] : []),
        ...(changedActive
          ? [
              {
                type: after.is_active ? ('UserReinstated' as const) : ('UserSuspended' as const),
                data: { userId, ...by(actor) },
              },
            ]
          : []),
      ];
    },
    delete: ({ id }: AccountRow) => ({
      type: 'UserDeleted',
      data: { userId: id, email: anonymized(id).email },
    }),
    exists: (account: AccountRow) => {
      const { id: userId, email } = account;
      if (email === anonymized(userId).email) return { type: 'UserDeleted', data: { userId, email } };
      // Most are of before anybody asked for a proof, and could not have given one.
      return registration(account);
    },
  },
  // The monolith never exchanges a token, so that each row is a login; its only way to end one is to log out.
  refresh_tokens: {
    insert: ({ account_id: userId, family_id: sessionId, revoked, expires_at: expiresAt }: SessionRow) =>
      revoked
        ? undefined
        : { type: 'UserLoggedIn', data: { userId, sessionId, expiresAt: expiresAt.toISOString() } },
    update: (before: SessionRow, { account_id: userId, family_id: sessionId, revoked }: SessionRow) =>
      revoked && !before.revoked
        ? { type: 'SessionEnded', data: { userId, sessionId, reason: 'logged_out' } }
        : undefined,
  },
};

function registration(
  account: AccountRow,
  { actor, awaitsConfirmation }: { actor?: string | undefined; awaitsConfirmation?: true } = {},
) {
  const { id: userId, email, display_name: fullName, role, created_at: createdAt } = account;
  const registeredAt = createdAt.toISOString();
  const data = {
    userId,
    email,
    fullName,
    role,
    registeredAt,
    ...(awaitsConfirmation && { awaitsConfirmation }),
  };
  return [
    { type: 'UserRegistered' as const, data },
    // Whoever hears of a registration takes them for somebody who may log in.
    ...(account.is_active ? [] : [{ type: 'UserSuspended' as const, data: { userId, ...by(actor) } }]),
  ];
}

/** Left out where the monolith did not say who it was. */
function by(actor: string | undefined): { byUserId?: number } {
  const byUserId = userIn(actor);
  return byUserId === undefined ? {} : { byUserId };
}
