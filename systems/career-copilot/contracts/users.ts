/** What the users service says to the others. What it answers to clients is in api/users.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { asItWas, ofUser, SYSTEM, UserId } from './common.ts';

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    ProfileChanged: event({
      ...ofUser('users', 'What others see of somebody, or who may see it.'),
      version: 2,
      data: Type.Object({
        userId: UserId,
        changed: Type.Array(Type.String(), {
          description: 'The fields: firstName, lastName, phone, location, headline, skills, ...',
        }),
        updatedBy: Type.Optional(
          Type.Integer({ minimum: 1, description: 'Left out where the monolith did not say who it was.' }),
        ),
      }),
      upcasters: { 1: asItWas },
    }),
  },
});
