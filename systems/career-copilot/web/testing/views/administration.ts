import type { Person } from '@banyan/ui/testing';
import type { Answers } from '../answers.ts';
import { authIsThere } from '../auth-service.ts';
import type { View } from '../views.ts';

const USERS = '/administration/users';

const views: readonly View[] = [
  { name: 'not-for-you', path: '/administration', who: 'newcomer' },
  { name: 'overview-monolith', path: '/administration', who: 'administrator' },
  { name: 'overview', path: '/administration', who: 'administrator', given: withUsers(30) },
  { name: 'users', path: USERS, who: 'administrator', given: withUsers(30) },
  { name: 'users-none', path: `${USERS}?state=suspended`, who: 'administrator', given: withUsers(0) },
  { name: 'users-one', path: `${USERS}?role=admin`, who: 'administrator', given: withUsers(1) },
  { name: 'users-many', path: USERS, who: 'administrator', given: withUsers(50, true) },
  { name: 'users-not-yet', path: USERS, who: 'administrator' },
  {
    name: 'users-loading',
    path: USERS,
    who: 'administrator',
    given: async (answers, person) => {
      await authIsThere(person);
      await answers.hold('/users');
    },
    isLoading: true,
  },
  {
    name: 'users-failed',
    path: USERS,
    who: 'administrator',
    given: async (answers, person) => {
      await authIsThere(person);
      await answers.refuse('/users', { status: 403, code: 'FORBIDDEN' });
    },
    afterwards: (page) => page.getByRole('alert').waitFor(),
  },
  {
    name: 'users-suspend',
    path: USERS,
    who: 'administrator',
    given: withUsers(30),
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'What to do with grace.hopper@' }).click();
      await page.getByRole('menuitem', { name: 'Suspend' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
];

export default views;

/** As the service of accounts answers. */
function withUsers(count: number, hasMore = false) {
  return async (answers: Answers, person: Person): Promise<void> => {
    await authIsThere(person);
    await answers.instead('/users', {
      users: Array.from({ length: count }, (_, n) => user(n + 1)),
      next_cursor: hasMore ? 'more' : null,
    });
  };
}

const NAMES = ['ada.lovelace', 'grace.hopper', 'alan.turing', 'katherine.johnson', 'edsger.dijkstra'];

function user(id: number): object {
  const isDeleted = id % 11 === 0;
  const isSuspended = !isDeleted && id % 7 === 5;
  const name = `${NAMES[(id - 1) % NAMES.length]}${id > NAMES.length ? id : ''}`;
  return {
    id,
    email: isDeleted ? `deleted-${id}@deleted.invalid` : `${name}@example.com`,
    is_active: !isDeleted && !isSuspended,
    role: id <= 3 ? 'admin' : 'user',
    email_verified_at: isDeleted || id % 4 === 2 ? null : '2026-03-02T08:00:00.000Z',
    suspended_at: isSuspended ? '2026-05-20T08:00:00.000Z' : null,
    created_at: `2026-0${1 + (id % 5)}-1${id % 10}T08:00:00.000Z`,
    updated_at: '2026-05-20T08:00:00.000Z',
  };
}
