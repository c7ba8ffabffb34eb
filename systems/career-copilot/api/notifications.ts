import { type Static, Type } from 'typebox';
import { Paging, Timestamp } from './common.ts';

export const Notification = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  is_read: Type.Boolean(),
  created_at: Timestamp,
});
export type Notification = Static<typeof Notification>;

export const NotificationQuery = Type.Object({ unread_only: Type.Optional(Type.Boolean()), ...Paging });
export type NotificationQuery = Static<typeof NotificationQuery>;

/** By which way somebody is told. */
export const CHANNELS = ['in_app', 'email', 'sms', 'push'] as const;
export type Channel = (typeof CHANNELS)[number];
export const Channel = Type.Unsafe<Channel>({ type: 'string', enum: [...CHANNELS] });

/**
 * How far a message is: `sent` is what its channel has taken over, `delivered` what is known to have arrived, `suppressed` what was
 * not to be sent, with the reason.
 */
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'bounced',
  'suppressed',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DeliveryState = Type.Unsafe<DeliveryState>({ type: 'string', enum: [...DELIVERY_STATES] });
