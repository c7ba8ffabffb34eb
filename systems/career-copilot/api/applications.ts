import { type Static, Type } from 'typebox';
import { Id, INTEGER, Nullable, Paging, Timestamp } from './common.ts';

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
const Status = Type.Unsafe<ApplicationStatus>({ type: 'string', enum: [...APPLICATION_STATUSES] });

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

export const NewApplication = Type.Object({
  job_id: Id.properties.id,
  status: Type.Optional(Type.Unsafe<'saved' | 'applied'>({ type: 'string', enum: ['saved', 'applied'] })),
  cover_letter: Type.Optional(Type.String({ maxLength: 20_000 })),
});
export const ApplicationQuery = Type.Object({ status: Type.Optional(Status), ...Paging });
export const StatusChange = Type.Object({
  status: Status,
  note: Type.Optional(Type.String({ maxLength: 2000 })),
});
export const NewNote = Type.Object({
  body: Type.String({ minLength: 1, maxLength: 10_000 }),
  is_private: Type.Optional(Type.Boolean()),
});
export const NewDocument = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  kind: Type.Unsafe<string>({ type: 'string', enum: ['resume', 'cover_letter', 'portfolio', 'other'] }),
  url: Type.String({ minLength: 1, maxLength: 500 }),
  content_type: Type.String({ maxLength: 100 }),
  size_bytes: Type.Integer({ ...INTEGER, minimum: 0 }),
});

export type NewApplication = Static<typeof NewApplication>;
export type StatusChange = Static<typeof StatusChange>;
export type NewNote = Static<typeof NewNote>;
export type NewDocument = Static<typeof NewDocument>;
export type ApplicationQuery = Static<typeof ApplicationQuery>;
export type Application = Static<typeof Application>;
export type Note = Static<typeof Note>;
export type TimelineEntry = Static<typeof TimelineEntry>;
export type Document = Static<typeof Document>;
