/** What the notification service says to the others. What it answers to clients is in api/notifications.ts, and in @banyan/notifications. */
import { defineContracts, event } from '@banyan/events';
import { notificationEvents } from '@banyan/notifications/contracts';
import { Uuid } from '../api/common.ts';
import { SYSTEM } from './common.ts';

const says = notificationEvents(Uuid, Uuid);
const of = { service: 'notification', version: 1, key: 'userId' } as const;

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    NotificationSent: event({ ...of, ...says.NotificationSent }),
    NotificationRead: event({ ...of, ...says.NotificationRead }),
    DeliveryFailed: event({ ...of, ...says.DeliveryFailed }),
    TemplateUpdated: event({ ...of, ...says.TemplateUpdated, key: 'template' }),
  },
});
