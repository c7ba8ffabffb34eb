import type { Answer, Query } from '../../api/index.ts';

export const USERS = 'GET /api/v1/users';
export type User = Answer<typeof USERS>['users'][number];

/** What the address of the list says: `/administration/users?q=ada&state=suspended&role=admin`. */
export type UsersSearch = { q?: string; state?: 'active' | 'suspended'; role?: 'admin' | 'user' };

/** What is not understood is as if it were not there. */
export function usersSearch({ q, state, role }: Record<string, unknown>): UsersSearch {
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(state === 'active' || state === 'suspended' ? { state } : {}),
    ...(role === 'admin' || role === 'user' ? { role } : {}),
  };
}

/** What the API is asked for. */
export function queryOfUsers({ q, state, role }: UsersSearch): Query<typeof USERS> {
  return {
    limit: PAGE_SIZE,
    ...(q === undefined ? {} : { q: q.trim().slice(0, LONGEST) }),
    ...(state === undefined ? {} : { is_active: state === 'active' }),
    ...(role === undefined ? {} : { role }),
  };
}

const PAGE_SIZE = 50;
/** Of an address. */
const LONGEST = 255;

export type UserState = 'active' | 'suspended' | 'locked' | 'deleted';

/** `locked`: not active, and no administrator has said so. */
export function stateOf({ email, is_active, suspended_at }: User): UserState {
  if (is_active) return 'active';
  // What auth puts in the place of an address that is gone.
  if (email.endsWith('@deleted.invalid')) return 'deleted';
  return suspended_at === null ? 'locked' : 'suspended';
}

/** What may be done to an account; `self`: nobody suspends themselves. */
export function stepsOf(user: User, self: number): ('suspend' | 'reinstate' | 'verify')[] {
  const state = stateOf(user);
  if (state === 'deleted') return [];
  return [
    ...(user.email_verified_at === null ? (['verify'] as const) : []),
    ...(state === 'active' ? (user.id === self ? [] : (['suspend'] as const)) : (['reinstate'] as const)),
  ];
}
