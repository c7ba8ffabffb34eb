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
