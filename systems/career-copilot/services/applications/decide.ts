import type { Fact } from '@banyan/events';
import { defineErrors } from '@banyan/service';
import type { ApplicationState } from '../../api/tracking.ts';
import type { contracts } from '../../contracts/applications.ts';
import { nextOf, type Standing, stageOf, stateOf } from './transitions.ts';

export const errors = defineErrors({
  APPLICATION_NOT_FOUND: [404, 'You have no such application.'],
  STATE_NOT_REACHABLE: [409, 'An application does not go there from where it is.'],
  NO_POSTING: [404, 'No posting is kept of this application: it is when one applies.'],
  CONTACT_NOT_FOUND: [404, 'The application has no such contact.'],
  TOO_MANY_CONTACTS: [409, 'The application has as many contacts as one may have.'],
  NO_NEXT_ACTION: [404, 'Nothing is to be done for this application.'],
  ALREADY_APPLIED: [409, 'You have an application for this job.'],
  JOB_NOT_OPEN: [404, 'There is no such job, or nobody can apply for it any more.'],
  USER_NOT_ACTIVE: [403, 'This account may not apply.'],
  DAILY_LIMIT: [429, 'So many applications have been sent today as may be in one day.'],
  SUBMISSION_FAILED: [503, 'The application could not be sent, and nothing of it is left. Try again later.'],
  NOT_STARTED: [503, 'The application is kept, and sent later: nothing here can send it now.'],
  SUBMISSION_NOT_FOUND: [404, 'You have no such submission.'],
  KEY_REUSED: [422, 'This Idempotency-Key was used for another job.'],
  REMINDER_IN_THE_PAST: [400, 'A reminder is for a time to come.'],
});

/** What a row says that replication has brought, or this service has written. */
type KnownRow = { userId: number; applicationId: number; jobId: number; status: string };

/** In the stream alone: what the row said, when a command came, that no event had told. Nobody else hears of it. */
type ApplicationKnown = { type: 'ApplicationKnown'; data: KnownRow };

export type ApplicationEvent = Fact<typeof contracts> | ApplicationKnown;

export type Application = Standing & {
  /** As the row has it; null while there is none. */
  status: string | null;
  source: string | null;
  contacts: readonly number[];
  /** What is to be done next. */
  actionId: number | null;
};

type Command =
  | {
      is: 'CreateApplication';
      userId: number;
      applicationId: number;
      jobId: number;
      status: 'saved' | 'applied';
      createdAt: Date;
      appliedAt: Date | null;
    }
  /** `at` counts as the time of applying where that is where it goes. */
  | { is: 'UpdateApplicationStatus'; to: ApplicationState; at: Date }
  | { is: 'AddApplicationNote'; noteId: number; isPrivate: boolean }
  | { is: 'SetSource'; source: string }
  | { is: 'AddContact'; contactId: number }
  | { is: 'RemoveContact'; contactId: number }
  | { is: 'SetNextAction'; actionId: number; dueAt: Date; remindAt: Date | null; at: Date }
  | { is: 'FinishNextAction' }
  | { is: 'AttachDocument'; documentId: number; kind: string }
  | { is: 'RemoveDocument'; documentId: number }
  | { is: 'RemoveApplication' };

/** `row` is what the row says in the transaction of the command, which no command is decided without knowing. */
export type ApplicationCommand = Command & { row: KnownRow | null };

export const MAX_CONTACTS = 50;

/** The rules of an application. Pure; what time it is, a command brings along. */
export const application = {
  name: 'application',
  initialState: (): Application => ({
    stage: null,
    ghosted: false,
    status: null,
    source: null,
    contacts: [],
    actionId: null,
  }),
  decide(command: ApplicationCommand, state: Application): ApplicationEvent[] {
    const known = whatTheRowSays(command.row, state);
    return [...known, ...rule(command, known.reduce(evolve, state))];
  },
  evolve,
};

/** The row counts: a stream may not have begun, or have slept while the service was back at the monolith. */
function whatTheRowSays(row: KnownRow | null, state: Application): ApplicationEvent[] {
  return row === null || row.status === state.status ? [] : [{ type: 'ApplicationKnown', data: row }];
}

function rule(command: ApplicationCommand, state: Application): Fact<typeof contracts>[] {
  if (command.is === 'CreateApplication') {
    const { userId, applicationId, jobId, status, createdAt, appliedAt } = command;
    const at = { createdAt: createdAt.toISOString(), ...(appliedAt ? { appliedAt: iso(appliedAt) } : {}) };
    return [{ type: 'ApplicationCreated', data: { userId, applicationId, jobId, status, ...at } }];
  }
  if (command.row === null) throw errors('APPLICATION_NOT_FOUND');
  const { userId, applicationId, jobId } = command.row;
  const mine = { userId, applicationId };
  switch (command.is) {
    case 'UpdateApplicationStatus': {
      const { to, at } = command;
      const from = stateOf(state);
      const next = nextOf(state);
      if (!next.includes(to)) throw errors('STATE_NOT_REACHABLE', { fields: { from, may_become: next } });
      const applies = to === 'applied' && state.stage !== 'applied' ? { appliedAt: iso(at) } : {};
      const data = { ...mine, ...(from === null ? {} : { from }), to, ...applies };
      return [{ type: 'ApplicationStatusChanged', data }];
    }
    case 'AddApplicationNote': {
      const { noteId, isPrivate } = command;
      return [{ type: 'ApplicationNoteAdded', data: { applicationId, noteId, isPrivate } }];
    }
    case 'SetSource': {
      const { source } = command;
      return source === state.source ? [] : [{ type: 'ApplicationSourceSet', data: { ...mine, source } }];
    }
    case 'AddContact':
      if (state.contacts.length >= MAX_CONTACTS) throw errors('TOO_MANY_CONTACTS');
      return [{ type: 'ContactAdded', data: { ...mine, contactId: command.contactId } }];
    case 'RemoveContact':
      if (!state.contacts.includes(command.contactId)) throw errors('CONTACT_NOT_FOUND');
      return [{ type: 'ContactRemoved', data: { ...mine, contactId: command.contactId } }];
    case 'SetNextAction': {
      const { actionId, dueAt, remindAt, at } = command;
      if (remindAt !== null && remindAt <= at) throw errors('REMINDER_IN_THE_PAST');
      const data = { ...mine, actionId, dueAt: iso(dueAt), ...(remindAt ? { remindAt: iso(remindAt) } : {}) };
      return [{ type: 'NextActionSet', data }];
    }
    case 'FinishNextAction':
      if (state.actionId === null) throw errors('NO_NEXT_ACTION');
      return [{ type: 'NextActionDone', data: { ...mine, actionId: state.actionId } }];
    case 'AttachDocument': {
      const { documentId, kind } = command;
      return [{ type: 'DocumentAttached', data: { ...mine, documentId, kind } }];
    }
    case 'RemoveDocument':
      return [{ type: 'DocumentRemoved', data: { ...mine, documentId: command.documentId } }];
    case 'RemoveApplication':
      return [{ type: 'ApplicationRemoved', data: { ...mine, jobId } }];
  }
}

function evolve(state: Application, { type, data }: ApplicationEvent): Application {
  switch (type) {
    case 'ApplicationCreated':
    case 'ApplicationIrregular':
    case 'ApplicationKnown':
      return { ...state, ...standing(data.status) };
    case 'ApplicationStatusChanged': {
      if (data.to === 'ghosted') return { ...state, ghosted: state.stage !== null };
      return { ...state, ...standing(data.to) };
    }
    case 'ApplicationRemoved':
      return application.initialState();
    case 'ApplicationSourceSet':
      return { ...state, source: data.source };
    case 'ContactAdded':
      return { ...state, contacts: [...state.contacts, data.contactId] };
    case 'ContactRemoved':
      return { ...state, contacts: state.contacts.filter((id) => id !== data.contactId) };
    case 'NextActionSet':
      return { ...state, actionId: data.actionId };
    case 'NextActionDone':
      return state.actionId === data.actionId ? { ...state, actionId: null } : state;
    default:
      return state;
  }
}

/** `ghosted` is over a status, and never what begins a stream. */
function standing(status: string): Pick<Application, 'stage' | 'ghosted' | 'status'> {
  return { stage: stageOf(status), ghosted: false, status };
}

function iso(at: Date): string {
  return at.toISOString();
}
