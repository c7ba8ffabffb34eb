/** What the users service says to the others. What it answers to clients is in api/users.ts. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../api/common.ts';
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
  operations: {
    /** Whether somebody may do anything. For services alone, and not a route of the gateway. */
    getStanding: operation({
      service: 'users',
      method: 'GET',
      path: '/internal/users/:id/standing',
      params: Id,
      answer: Type.Object({
        known: Type.Boolean({
          description: 'False before the service has their profile: somebody else may have it.',
        }),
        active: Type.Boolean(),
      }),
    }),
  },
});
