import { type Static, Type } from 'typebox';
import { Paging, Timestamp } from './common.ts';

export const Notification = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  isRead: Type.Boolean(),
  createdAt: Timestamp,
});

export const NotificationQuery = Type.Object({ ...Paging, unreadOnly: Type.Boolean({ default: false }) });
export type NotificationQuery = Static<typeof NotificationQuery>;
