import type { IconName } from '@banyan/ui';

/** Where the navigation leads. `name` is the key of its word; `isFirst`: in reach of the thumb on a phone, the rest behind "more". */
export type Destination = {
  name:
    | 'dashboard'
    | 'jobs'
    | 'applications'
    | 'calendar'
    | 'notifications'
    | 'profile'
    | 'settings'
    | 'administration';
  path: string;
  icon: IconName;
  isFirst?: boolean;
  /** Only for these. */
  role?: string;
};

const DESTINATIONS: readonly Destination[] = [
  { name: 'dashboard', path: '/', icon: 'home', isFirst: true },
  { name: 'jobs', path: '/jobs', icon: 'search', isFirst: true },
  { name: 'applications', path: '/applications', icon: 'board', isFirst: true },
  { name: 'calendar', path: '/calendar', icon: 'calendar' },
  { name: 'notifications', path: '/notifications', icon: 'bell', isFirst: true },
  { name: 'profile', path: '/profile', icon: 'person' },
  { name: 'settings', path: '/settings', icon: 'settings' },
  { name: 'administration', path: '/administration', icon: 'people', role: 'admin' },
];

/** In order; without what has no page, or is for others. */
export function destinationsFor(role: string, hasPage: (path: string) => boolean): Destination[] {
  return DESTINATIONS.filter((each) => hasPage(each.path) && (each.role ?? role) === role);
}
