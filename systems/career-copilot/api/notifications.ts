import { Type } from 'typebox';
import { Timestamp } from './common.ts';

export const Notification = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  is_read: Type.Boolean(),
  created_at: Timestamp,
});
