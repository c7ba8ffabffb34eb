import type { IconName } from '@banyan/ui';
import type { OperationName } from '../../api/types.ts';

/** A part of the settings with an address of its own. `needs`: an operation that only a service has; left out: it is always there. */
export type Section = {
  name: 'general' | 'security' | 'notifications' | 'connections' | 'mail' | 'webhooks' | 'privacy' | 'data';
  path: string;
  icon: IconName;
  needs?: OperationName;
};

// Those that are always there come first, so that the others move none of them when they appear.
export const SECTIONS = [
  { name: 'general', path: '/settings', icon: 'settings' },
  { name: 'security', path: '/settings/security', icon: 'lock' },
  {
    name: 'notifications',
    path: '/settings/notifications',
    icon: 'bell',
    needs: 'GET /api/v1/notifications/preferences',
  },
  {
    name: 'connections',
    path: '/settings/connections',
    icon: 'plug',
    needs: 'GET /api/v1/integrations/connections',
  },
  { name: 'mail', path: '/settings/mail', icon: 'mail', needs: 'GET /api/v1/integrations/mail/proposals' },
  {
    name: 'webhooks',
    path: '/settings/webhooks',
    icon: 'send',
    needs: 'GET /api/v1/integrations/webhooks',
  },
  { name: 'privacy', path: '/settings/privacy', icon: 'eye', needs: 'GET /api/v1/users/me/privacy-settings' },
  { name: 'data', path: '/settings/data', icon: 'download', needs: 'GET /api/v1/users/me/export' },
] as const satisfies readonly Section[];

/** Whether a page belongs to the section at `path`: all are below the first one, which is that of one page. */
export function isWithin(page: string, path: string): boolean {
  return path === SECTIONS[0].path ? page === path : page === path || page.startsWith(`${path}/`);
}
