/** What the notifications service says to the others, and what they may ask of it. What it answers to clients is in api/notifications.ts. */
import { defineContracts, event } from '@banyan/events';
import { notificationEvents, sendMailOperation } from '@banyan/notifications/contracts';
import { Type } from 'typebox';
import { ofUser, SYSTEM, UserId } from './common.ts';

const says = notificationEvents(UserId, Type.Integer());
const of = ofUser('notifications', '');

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    NotificationSent: event({
      ...of,
      ...says.NotificationSent,
      version: 2,
      upcasters: { 1: (data) => ({ ...data, channel: 'in_app' }) },
    }),
    NotificationRead: event({ ...of, ...says.NotificationRead }),
    DeliveryFailed: event({ ...of, ...says.DeliveryFailed }),
    TemplateUpdated: event({ ...of, ...says.TemplateUpdated, key: 'template' }),
  },
  operations: {
    sendMail: sendMailOperation('notifications', UserId, [
      'verify_email',
      'reset_password',
      'password_changed',
    ]),
  },
});
