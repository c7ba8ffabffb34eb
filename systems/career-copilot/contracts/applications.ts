/** What the applications service says to the others. What it answers to clients is in api/applications.ts and api/tracking.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { State } from '../api/tracking.ts';
import { asItWas, ofUser, SYSTEM, text, UserId } from './common.ts';

const ApplicationId = Type.Integer();
const OfApplication = { userId: UserId, applicationId: ApplicationId };
const OfJob = { ...OfApplication, jobId: Type.Integer() };
/** Not checked as a date: what the legacy system once let in must not keep a transaction from saying what it did. */
const at = (description: string) => Type.String({ description: `RFC 3339, UTC. ${description}` });
const AppliedAt = Type.Optional(at('When it was sent; left out while it is not known to have been.'));

/** Notes and steps of the monolith do not say whose application they belong to, so neither does anybody here. */
const ofApplication = (summary: string) =>
  ({ service: 'applications', summary, version: 1, key: 'applicationId' }) as const;
const mine = (summary: string) => ofUser('applications', summary);

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    ApplicationCreated: event({
      ...mine('Somebody has saved a job, or applied for it.'),
      version: 2,
      data: Type.Object({
        ...OfJob,
        status: State,
        createdAt: Type.Optional(at('When it was made.')),
        appliedAt: AppliedAt,
      }),
      upcasters: { 1: asItWas },
    }),
    ApplicationStatusChanged: event({
      ...mine('An application has moved on.'),
      version: 2,
      data: Type.Object({
        ...OfApplication,
        from: Type.Optional(State),
        to: State,
        appliedAt: AppliedAt,
        irregular: Type.Optional(
          Type.Boolean({
            description: 'The monolith made a step that the table of transitions does not have.',
          }),
        ),
      }),
      upcasters: { 1: asItWas },
    }),
    ApplicationIrregular: event({
      ...mine(
        'The monolith has an application in a status that nobody knows: it is kept until its user moves it.',
      ),
      data: Type.Object({ ...OfJob, status: text('As the monolith has it.') }),
    }),
    ApplicationRemoved: event({
      ...mine('There is no such application any more.'),
      data: Type.Object(OfJob),
    }),
    ApplicationStepKnown: event({
      ...ofApplication('A step of before: told to consumers that ask what is there, and to nobody else.'),
      data: Type.Object({
        applicationId: ApplicationId,
        from: Type.Optional(text('Left out of the first step.')),
        to: text('A state, or what the monolith has.'),
        at: at('When it was made.'),
      }),
    }),
    ApplicationNoteAdded: event({
      ...ofApplication('Somebody has noted something of their application. What, is not told.'),
      data: Type.Object({
        applicationId: ApplicationId,
        noteId: Type.Integer(),
        isPrivate: Type.Boolean(),
      }),
    }),
    ApplicationSourceSet: event({
      ...mine('Where somebody has found a job that they apply for.'),
      data: Type.Object({ ...OfApplication, source: text('Its kind, e.g. `referral`.') }),
    }),
    ContactAdded: event({
      ...mine('Somebody at the company has become known. Who, is not told.'),
      data: Type.Object({ ...OfApplication, contactId: Type.Integer() }),
    }),
    ContactRemoved: event({
      ...mine('A contact is none any more.'),
      data: Type.Object({ ...OfApplication, contactId: Type.Integer() }),
    }),
    NextActionSet: event({
      ...mine('What is to be done next for an application, in place of what was to be done.'),
      data: Type.Object({
        ...OfApplication,
        actionId: Type.Integer(),
        dueAt: at('When it is to be done.'),
        remindAt: Type.Optional(at('When its user wants to be told.')),
      }),
    }),
    NextActionDone: event({
      ...mine('It is done, or need not be done any more.'),
      data: Type.Object({ ...OfApplication, actionId: Type.Integer() }),
    }),
    NextActionDue: event({
      ...mine('The time has come at which somebody wants to be told what is to be done next. Told once.'),
      data: Type.Object({
        ...OfJob,
        actionId: Type.Integer(),
        dueAt: at('When it is to be done.'),
        what: text('As its user wrote it. Personal.'),
        jobTitle: text('What was applied for.'),
        companyName: text('Whose job it is.'),
      }),
    }),
    DocumentAttached: event({
      ...mine('A résumé, a cover letter or something else belongs to an application.'),
      data: Type.Object({
        ...OfApplication,
        documentId: Type.Integer(),
        kind: text('`resume`, `cover_letter`, `portfolio`, `other`.'),
      }),
    }),
    DocumentRemoved: event({
      ...mine('A document belongs to an application no more.'),
      data: Type.Object({ ...OfApplication, documentId: Type.Integer() }),
    }),
  },
});
