/** Where the navigation leads, in its order; what has no page yet is left out. `name` is the key of its word. */
export const destinations = [
  { name: 'dashboard', path: '/' },
  { name: 'jobs', path: '/jobs' },
  { name: 'applications', path: '/applications' },
  { name: 'calendar', path: '/calendar' },
  { name: 'notifications', path: '/notifications' },
  { name: 'profile', path: '/profile' },
  { name: 'settings', path: '/settings' },
  { name: 'administration', path: '/administration' },
] as const;
