/** What notifications say to other services, and what these may ask of it, in any system: each states its ids and its service's name. */
import { operation } from '@banyan/service';
import { type TSchema, Type } from 'typebox';
import { Channel, DeliveryState } from './api/index.ts';

const text = (description: string) => Type.String({ description });
const kind = text('Of what, e.g. `status_changed`.');
const DeliveryId = Type.String({
  format: 'uuid',
  description: 'Of one message to one person by one channel.',
});

/** What each event says, with its summary; `event()` of it and what the system has besides (service, version, key) is the contract. */
export function notificationEvents<User extends TSchema, Row extends TSchema>(userId: User, rowId: Row) {
  const notificationId = {
    ...rowId,
    description: 'Of what they find when they look, in the app.',
  } as Row;
  return {
    NotificationSent: {
      summary:
        'Somebody was told of something: in the app, or by a message that its channel took over from us.',
      data: Type.Object({
        userId,
        kind,
        channel: Channel,
        notificationId: Type.Optional(notificationId),
        deliveryId: Type.Optional(DeliveryId),
      }),
    },
    NotificationRead: {
      summary: 'They have read it, or said so.',
      data: Type.Object({ userId, notificationId }),
    },
    DeliveryFailed: {
      summary: 'A message did not reach somebody, and is not tried again.',
      data: Type.Object({
        userId,
        kind,
        channel: Channel,
        deliveryId: DeliveryId,
        reason: text('In one word, e.g. `REFUSED`, `UNREACHABLE`, `OUTCOME_UNKNOWN`, `BOUNCED`, `EXPIRED`.'),
      }),
    },
    TemplateUpdated: {
      summary: 'What people are told of something has other words from now on.',
      data: Type.Object({
        template: text('The kind of what is told.'),
        locale: Type.String(),
        templateVersion: Type.Integer({ description: 'Grows by one with each change of this locale.' }),
        byUserId: Type.Optional(userId),
      }),
    },
  };
}

/**
 * A mail about somebody's own account, whatever they have said they want to be told. For services alone, and not a route of the
 * gateway. The same `key` is the same mail: asked again it is not sent again. What it is filled with is encrypted until the mail is
 * sent, and gone after. The answer says that it is kept, not that it is sent.
 *
 * @param templates kinds that other services may have sent so.
 */
export function sendMailOperation<User extends TSchema, const Template extends string>(
  service: string,
  userId: User,
  templates: readonly Template[],
) {
  return operation({
    service,
    method: 'POST',
    path: '/internal/mails',
    body: Type.Object({
      key: Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Unique among those of the service that asks.',
      }),
      userId,
      to: Type.String({ minLength: 3, maxLength: 320, pattern: '^[^\\s@<>,;]+@[^\\s@<>,;]+$' }),
      template: Type.Unsafe<Template>({ type: 'string', enum: [...templates] }),
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
  });
}

/** The columns of `notifications` by which it is told what happened. */
export type NotificationRow<Id, User> = { id: Id; user_id: User; kind: string; is_read: boolean };

/** What others do with rows of `notifications`, as the events that this service publishes: rows come from elsewhere at every stage. */
export function rowEvents<Id, User>() {
  type Row = NotificationRow<Id, User>;
  return {
    insert: ({ id: notificationId, user_id: userId, kind }: Row) => ({
      type: 'NotificationSent' as const,
      data: { userId, kind, channel: 'in_app' as const, notificationId },
    }),
    update: (before: Row, after: Row) =>
      after.is_read && !before.is_read
        ? { type: 'NotificationRead' as const, data: { userId: after.user_id, notificationId: after.id } }
        : undefined,
  };
}
