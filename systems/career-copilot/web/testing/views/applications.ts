import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'applications', path: '/applications', who: 'busy' },
  { name: 'applications-new', path: '/applications', who: 'newcomer' },
  { name: 'applications-no-match', path: '/applications?q=nobody', who: 'busy' },
  {
    name: 'applications-loading',
    path: '/applications',
    who: 'busy',
    given: (answers) => answers.hold('/applications'),
    isLoading: true,
  },
  {
    name: 'applications-failed',
    path: '/applications',
    who: 'busy',
    given: (answers) => answers.refuse('/applications', { status: 400, code: 'BAD_CURSOR' }),
  },
];

export default views;
