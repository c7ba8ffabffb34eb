/** What the applications service says to the others. What it answers to clients is in api/applications.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { Status } from '../api/applications.ts';
import { ofUser, SYSTEM, UserId } from './common.ts';

const OfApplication = { userId: UserId, applicationId: Type.Integer(), jobId: Type.Integer() };

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    ApplicationCreated: event({
      ...ofUser('applications', 'Somebody has saved a job, or applied for it.'),
      data: Type.Object({ ...OfApplication, status: Status }),
    }),
    ApplicationStatusChanged: event({
      ...ofUser('applications', 'An application has moved on.'),
      data: Type.Object({ userId: UserId, applicationId: Type.Integer(), from: Status, to: Status }),
    }),
  },
});
