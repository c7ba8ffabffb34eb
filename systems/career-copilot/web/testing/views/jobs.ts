import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'search', path: '/jobs', who: 'busy' },
  { name: 'search-none', path: '/jobs?q=astronaut&remote=true', who: 'newcomer' },
  {
    name: 'search-loading',
    path: '/jobs',
    who: 'newcomer',
    given: (answers) => answers.hold('/jobs'),
    isLoading: true,
  },
  {
    name: 'search-failed',
    path: '/jobs',
    who: 'newcomer',
    given: (answers) => answers.refuse('/jobs', { status: 400, code: 'BAD_CURSOR' }),
  },
];

export default views;
