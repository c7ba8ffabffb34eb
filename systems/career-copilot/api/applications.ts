import { Type } from 'typebox';
import { Nullable, Timestamp } from './common.ts';

export const APPLICATION_STATUSES = [
  'saved',
  'applied',
  'screening',
  'interview',
  'offer',
  'accepted',
  'rejected',
  'withdrawn',
] as const;
export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number];
export const Status = Type.Unsafe<ApplicationStatus>({ type: 'string', enum: [...APPLICATION_STATUSES] });

export const Application = Type.Object({
  id: Type.Integer(),
  job_id: Type.Integer(),
  job_title: Type.String(),
  company_name: Type.String(),
  status: Status,
  cover_letter: Nullable<string>(Type.String()),
  applied_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const Note = Type.Object({
  id: Type.Integer(),
  body: Type.String(),
  is_private: Type.Boolean(),
  created_at: Timestamp,
});

export const TimelineEntry = Type.Object({
  id: Type.Integer(),
  from_status: Nullable<string>(Type.String()),
  to_status: Type.String(),
  note: Nullable<string>(Type.String()),
  created_at: Timestamp,
});

export const Document = Type.Object({
  id: Type.Integer(),
  application_id: Nullable<number>(Type.Integer()),
  name: Type.String(),
  kind: Type.String(),
  url: Type.String(),
  content_type: Type.String(),
  size_bytes: Type.Integer(),
  created_at: Timestamp,
});
