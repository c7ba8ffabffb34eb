import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'profile', path: '/profile', who: 'busy' },
  { name: 'profile-new', path: '/profile', who: 'newcomer' },
  {
    name: 'profile-failed',
    path: '/profile',
    who: 'busy',
    given: (answers) => answers.refuse('/users/me', { status: 404, code: 'USER_NOT_FOUND' }),
  },
  {
    name: 'profile-loading',
    path: '/profile',
    who: 'busy',
    given: (answers) => answers.hold('/users/me'),
    isLoading: true,
  },
];

export default views;
