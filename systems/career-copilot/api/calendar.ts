import { Busy } from '@banyan/calendars/api';
import { type Static, Type } from 'typebox';
import { Id, Timestamp } from './common.ts';

export { NewCalDav } from '@banyan/calendars/api';

const When = Type.String({ format: 'date-time' });

export const NewInterview = Type.Object({
  application_id: Id.properties.id,
  title: Type.String({ minLength: 1, maxLength: 200 }),
  location: Type.Optional(Type.String({ maxLength: 300 })),
  starts_at: When,
  ends_at: When,
});
export type NewInterview = Static<typeof NewInterview>;
export const InterviewChange = Type.Partial(NewInterview);
export type InterviewChange = Static<typeof InterviewChange>;

export const Interview = Type.Object({
  id: Type.Integer(),
  application_id: Type.Integer(),
  title: Type.String(),
  location: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
});
export type Interview = Static<typeof Interview>;
export const InterviewWithConflicts = Type.Object({
  ...Interview.properties,
  conflicts: Type.Array(Busy, { description: 'What else is then, in the calendars, 20 at most.' }),
});
export const Interviews = Type.Object({ interviews: Type.Array(Interview) });
