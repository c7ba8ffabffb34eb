/** What the notifications service says to the others, and what they may ask of it. What it answers to clients is in api/notifications.ts. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Channel, DeliveryState } from '../api/notifications.ts';
import { ofUser, SYSTEM, text, UserId } from './common.ts';

const NotificationId = Type.Integer({ description: 'Of what they find when they look, in the app.' });
const kind = text('Of what, e.g. `status_changed`.');
const DeliveryId = Type.String({
  format: 'uuid',
  description: 'Of one message to one person by one channel.',
});

/** What a mail that another service asks for is made of: a template of ours, and what that is filled with. */
const MailTemplate = Type.Unsafe<'verify_email' | 'reset_password' | 'password_changed'>({
  type: 'string',
  enum: ['verify_email', 'reset_password', 'password_changed'],
});

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    NotificationSent: event({
      ...ofUser(
        'notifications',
        'Somebody was told of something: in the app, or by a message that its channel took over from us.',
      ),
      version: 2,
      data: Type.Object({
        userId: UserId,
        kind,
        channel: Channel,
        notificationId: Type.Optional(NotificationId),
        deliveryId: Type.Optional(DeliveryId),
      }),
      upcasters: { 1: (data) => ({ ...data, channel: 'in_app' }) },
    }),
    NotificationRead: event({
      ...ofUser('notifications', 'They have read it, or said so.'),
      data: Type.Object({ userId: UserId, notificationId: NotificationId }),
    }),
    DeliveryFailed: event({
      ...ofUser('notifications', 'A message did not reach somebody, and is not tried again.'),
      data: Type.Object({
        userId: UserId,
        kind,
        channel: Channel,
        deliveryId: DeliveryId,
        reason: text('In one word, e.g. `REFUSED`, `UNREACHABLE`, `OUTCOME_UNKNOWN`, `BOUNCED`, `EXPIRED`.'),
      }),
    }),
    TemplateUpdated: event({
      service: 'notifications',
      summary: 'What people are told of something has other words from now on.',
      version: 1,
      key: 'template',
      data: Type.Object({
        template: text('The kind of what is told.'),
        locale: Type.String(),
        templateVersion: Type.Integer({ description: 'Grows by one with each change of this locale.' }),
        byUserId: Type.Optional(UserId),
      }),
    }),
  },
  operations: {
    /**
     * A mail about somebody's own account, whatever they have said they want to be told. For services alone, and not a route of the
     * gateway. The same `key` is the same mail: asked again it is not sent again. What it is filled with is encrypted until the mail is
     * sent, and gone after. The answer says that it is kept, not that it is sent.
     */
    sendMail: operation({
      service: 'notifications',
      method: 'POST',
      path: '/internal/mails',
      body: Type.Object({
        key: Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'Unique among those of the service that asks.',
        }),
        userId: UserId,
        to: Type.String({ minLength: 3, maxLength: 320, pattern: '^[^\\s@<>,;]+@[^\\s@<>,;]+$' }),
        template: MailTemplate,
        parameters: Type.Object({
          name: Type.Optional(Type.String({ maxLength: 200 })),
          link: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2_000 })),
        }),
        locale: Type.Optional(
          Type.String({ maxLength: 35, description: 'BCP 47. Default: what the person has chosen.' }),
        ),
        expiresAt: Type.Optional(
          Type.String({
            format: 'date-time',
            description: 'When it is of no use any more: it is not sent then.',
          }),
        ),
      }),
      answer: Type.Object({ deliveryId: DeliveryId, state: DeliveryState }),
      idempotent: true,
    }),
  },
});
