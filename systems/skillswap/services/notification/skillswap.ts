import type { NotificationSystem } from '@banyan/notifications';
import { API, Uuid } from '../../api/common.ts';
import { accessIn } from '../../kit/access.ts';
import { builtIn, filters } from './templates/built-in.ts';
import { kinds } from './templates/kinds.ts';
import { labels } from './templates/labels.ts';

/** What is SkillSwap's of its notifications, besides who is told of what (follow.ts). */
export const skillswap: NotificationSystem = {
  title: 'SkillSwap',
  mail: {
    from: 'SkillSwap <no-reply@skillswap.invalid>',
    contact: 'mailto:postmaster@skillswap.invalid',
  },
  paths: { api: API, own: '/notifications' },
  kinds,
  words: builtIn,
  filters,
  labels,
  people: {
    idType: 'uuid',
    id: Uuid,
    mapped: `SELECT id AS user_id, email, status = 'ACTIVE' AS is_active FROM users`,
    active: (_userId, mapped) => mapped,
  },
  rows: { id: 'uuid' },
  access: (pool) => accessIn(pool, 'users'),
  devices: true,
  spelling: 'camelCase',
};
