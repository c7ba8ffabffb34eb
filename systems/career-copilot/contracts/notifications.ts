/** What the notifications service says to the others. What it answers to clients is in api/notifications.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { ofUser, SYSTEM, text, UserId } from './common.ts';

const OfNotification = { userId: UserId, notificationId: Type.Integer() };

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    NotificationSent: event({
      ...ofUser('notifications', 'Somebody is told of something, where they find it when they look.'),
      data: Type.Object({ ...OfNotification, kind: text('Of what, e.g. `status_changed`.') }),
    }),
    NotificationRead: event({
      ...ofUser('notifications', 'They have read it, or said so.'),
      data: Type.Object(OfNotification),
    }),
  },
});
