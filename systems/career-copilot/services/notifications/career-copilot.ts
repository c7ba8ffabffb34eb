import type { NotificationSystem } from '@banyan/notifications';
import { API } from '../../api/common.ts';
import { NotifiedUser } from '../../api/notifications.ts';
import { activeNow } from '../../kit/account-activity.ts';
import { callerOf } from '../../kit/active-user.ts';
import { activeAdmin, activeCaller } from './callers.ts';
import { builtIn, filters } from './templates/built-in.ts';
import { kinds } from './templates/kinds.ts';
import { labels } from './templates/labels.ts';

/** What is Career Copilot's of its notifications, besides who is told of what (follow.ts). */
export const careerCopilot: NotificationSystem = {
  title: 'Career Copilot',
  mail: {
    from: 'Career Copilot <no-reply@career-copilot.invalid>',
    contact: 'mailto:postmaster@career-copilot.invalid',
  },
  paths: { api: API, own: '/notifications' },
  kinds,
  words: builtIn,
  filters,
  labels,
  people: {
    idType: 'integer',
    id: NotifiedUser,
    mapped: 'SELECT id AS user_id, email, is_active FROM users',
    active: activeNow,
  },
  rows: { id: 'integer' },
  access: (pool) => ({ callerOf, signedIn: activeCaller(pool), admin: activeAdmin(pool) }),
};
