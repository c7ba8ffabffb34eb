import type { FromRows } from '@banyan/events';
import { contracts } from '../../contracts/notifications.ts';

export { contracts };

/** The columns of `notifications` by which it is told what happened. */
export type NotificationRow = { id: number; user_id: number; kind: string; is_read: boolean };

/** What others do with notifications, as the events that this service publishes: rows come from elsewhere at every stage. */
export const fromRows = {
  notifications: {
    insert: ({ id: notificationId, user_id: userId, kind }: NotificationRow) => ({
      type: 'NotificationSent' as const,
      data: { userId, kind, channel: 'in_app' as const, notificationId },
    }),
    update: (before: NotificationRow, after: NotificationRow) =>
      after.is_read && !before.is_read
        ? { type: 'NotificationRead' as const, data: { userId: after.user_id, notificationId: after.id } }
        : undefined,
  },
} satisfies FromRows<typeof contracts>;
