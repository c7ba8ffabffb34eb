/**
 * What the monolith never had of applications, below `/api/v2/applications`: answers of the service alone, problem documents (RFC
 * 9457) as errors, pages by cursor.
 */
import { PageQuery } from '@banyan/service/page-query';
import { type Static, Type } from 'typebox';
import { FunnelStage } from './analytics.ts';
import { APPLICATION_STATUSES, type ApplicationStatus } from './applications.ts';
import { INTEGER, Nullable, Timestamp } from './common.ts';
import { SOURCES, type SourceKind } from './sources.ts';

export const TRACKING = '/api/v2/applications';

/** Those of the monolith, and `ghosted`: nobody answers any more. */
export const APPLICATION_STATES = [...APPLICATION_STATUSES, 'ghosted'] as const;
export type ApplicationState = ApplicationStatus | 'ghosted';
export const State = Type.Unsafe<ApplicationState>({ type: 'string', enum: [...APPLICATION_STATES] });

export const ApplicationPath = Type.Object({ id: Type.Integer({ ...INTEGER, minimum: 1 }) });

const Reason = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 2_000,
    description: 'Why: kept with what happened, for its user alone.',
  }),
);
export const StateChange = Type.Object({ status: State, reason: Reason });
export type StateChange = Static<typeof StateChange>;

const Kind = Type.Unsafe<SourceKind>({ type: 'string', enum: [...SOURCES] });
export const Source = Type.Object({
  kind: Kind,
  detail: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Which board, who.' })),
});
export type Source = Static<typeof Source>;

export const NewContact = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  role: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  email: Type.Optional(Type.String({ minLength: 3, maxLength: 255, pattern: '^[^@\\s]+@[^@\\s]+$' })),
  phone: Type.Optional(Type.String({ minLength: 3, maxLength: 40 })),
});
export type NewContact = Static<typeof NewContact>;
export const Contact = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  role: Nullable<string>(Type.String()),
  email: Nullable<string>(Type.String()),
  phone: Nullable<string>(Type.String()),
  created_at: Timestamp,
});
export type Contact = Static<typeof Contact>;

const Moment = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });
export const NewAction = Type.Object({
  what: Type.String({ minLength: 1, maxLength: 500 }),
  due_at: Moment('When it is to be done.'),
  remind_at: Type.Optional(Moment('When to be told; without it nobody is.')),
});
export type NewAction = Static<typeof NewAction>;
export const Action = Type.Object({
  id: Type.Integer(),
  what: Type.String(),
  due_at: Timestamp,
  remind_at: Nullable<Date>(Timestamp),
  reminded_at: Nullable<Date>(Timestamp),
});
export type Action = Static<typeof Action>;

export const Tracked = Type.Object({
  id: Type.Integer(),
  job_id: Type.Integer(),
  job_title: Nullable<string>(Type.String()),
  company_name: Nullable<string>(Type.String()),
  status: Type.String({ description: 'A state; what the legacy system has, if that is none.' }),
  may_become: Type.Array(State, { description: 'Where it may go from here.' }),
  irregular: Type.Boolean({
    description: 'The legacy system has brought it here by a way, or to a place, that there is none.',
  }),
  source: Nullable<Source>(Type.Object(Source.properties)),
  next_action: Nullable<Action>(Type.Object(Action.properties)),
  applied_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Tracked = Static<typeof Tracked>;

export const TrackedQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(State),
  source: Type.Optional(Kind),
  company: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'A part of its name.' })),
  due_before: Type.Optional(Moment('Something is to be done before then.')),
});
export type TrackedQuery = Static<typeof TrackedQuery>;

export const TrackedDetails = Type.Object({
  ...Tracked.properties,
  cover_letter: Nullable<string>(Type.String()),
  contacts: Type.Array(Contact),
  has_posting: Type.Boolean({ description: 'The posting as it was is kept.' }),
});
export type TrackedDetails = Static<typeof TrackedDetails>;

export const Posting = Type.Object({
  job_id: Type.Integer(),
  title: Type.String(),
  company_name: Type.String(),
  location: Nullable<string>(Type.String()),
  job_type: Nullable<string>(Type.String()),
  remote: Nullable<boolean>(Type.Boolean()),
  salary_min: Nullable<number>(Type.Integer()),
  salary_max: Nullable<number>(Type.Integer()),
  requirements: Type.Array(Type.String()),
  description: Nullable<string>(Type.String()),
  kept_at: Timestamp,
});
export type Posting = Static<typeof Posting>;

export const HistoryEntry = Type.Object({
  at: Timestamp,
  what: Type.String({
    description:
      '`created`, `moved`, `source`, `note`, `contact`, `contact_removed`, `next_action`, `next_action_done`, `document`, `document_removed`.',
  }),
  from: Nullable<string>(Type.String()),
  to: Nullable<string>(Type.String()),
  id: Nullable<number>(Type.Integer({ description: 'Of the note, the contact, the document, the action.' })),
  who: Nullable<string>(Type.String({ description: 'The account; null: the legacy system did not say.' })),
  why: Nullable<string>(Type.String()),
  irregular: Type.Boolean(),
});
export type HistoryEntry = Static<typeof HistoryEntry>;
export const History = Type.Object({
  as_of: Timestamp,
  status: Nullable<string>(Type.String({ description: 'What it was then; null: it was not there yet.' })),
  source: Nullable<string>(Type.String()),
  contact_ids: Type.Array(Type.Integer()),
  next_action_id: Nullable<number>(Type.Integer()),
  entries: Type.Array(HistoryEntry),
});
export type History = Static<typeof History>;

export const NewSubmission = Type.Object({
  job_id: ApplicationPath.properties.id,
  status: Type.Optional(Type.Unsafe<'saved' | 'applied'>({ type: 'string', enum: ['saved', 'applied'] })),
  cover_letter: Type.Optional(Type.String({ maxLength: 20_000 })),
  source: Type.Optional(Source),
});
export type NewSubmission = Static<typeof NewSubmission>;
export const Submission = Type.Object({
  id: Type.String({ format: 'uuid' }),
  state: Type.Unsafe<'pending' | 'done' | 'failed'>({
    type: 'string',
    enum: ['pending', 'done', 'failed'],
    description: 'failed: nothing of it is left.',
  }),
  application_id: Nullable<number>(Type.Integer()),
  reason: Nullable<string>(Type.String({ description: 'Why it failed.' })),
});
export const SubmissionPath = Type.Object({ submissionId: Type.String({ format: 'uuid' }) });

export const StatisticsQuery = Type.Object({
  from: Type.Optional(Moment('Of applications that were made then or later.')),
  to: Type.Optional(Moment('Of applications that were made before.')),
});
export type StatisticsQuery = Static<typeof StatisticsQuery>;

const Rate = (description: string) =>
  Nullable<number>(Type.Number({ description: `${description} Null of none.` }));
const Days = Nullable<number>(Type.Number({ description: 'Null while nobody has left it.' }));
/** Those that an application does not end in. */
export const LASTING_STAGES = ['saved', 'applied', 'screening', 'interview', 'offer'] as const;
type LastingStage = (typeof LASTING_STAGES)[number];
export const Statistics = Type.Object({
  total: Type.Integer(),
  active: Type.Integer({ description: 'Sent, and not ended.' }),
  sent: Type.Integer(),
  answered: Type.Integer({
    description: 'Of those sent: somebody at the company has ever moved it on, or refused it.',
  }),
  response_rate: Rate('Answered of those sent.'),
  ghosted_rate: Rate('Of those sent.'),
  median_days_to_answer: Days,
  by_state: Type.Object(Object.fromEntries(APPLICATION_STATES.map((state) => [state, Type.Integer()]))),
  funnel: Type.Array(
    Type.Object({
      stage: FunnelStage,
      reached: Type.Integer({ description: 'Whatever has become of it since.' }),
      rate: Rate('Of those sent.'),
    }),
  ),
  time_in_stage: Type.Array(
    Type.Object({
      stage: Type.Unsafe<LastingStage>({ type: 'string', enum: [...LASTING_STAGES] }),
      left: Type.Integer({ description: 'How often it was left, which is what the days are of.' }),
      average_days: Days,
      median_days: Days,
    }),
  ),
  by_source: Type.Array(
    Type.Object({
      source: Type.String({ description: '`unknown`: its user did not say.' }),
      sent: Type.Integer(),
      answered: Type.Integer(),
      response_rate: Rate('Answered of those sent.'),
    }),
  ),
});
export type Statistics = Static<typeof Statistics>;

export const HistoryQuery = Type.Object({
  at: Type.Optional(Moment('What was then; without it, what is now.')),
});

export const ContactPath = Type.Object({
  ...ApplicationPath.properties,
  contactId: Type.Integer({ ...INTEGER, minimum: 1 }),
});
