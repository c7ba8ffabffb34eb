/** What the user service says to the others. What it answers to clients is in api/. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Uuid } from '../api/common.ts';
import { PrivacySettings } from '../api/users.ts';
import { SYSTEM } from './common.ts';

/** It keeps its order among those of the same user. */
const ofUser = (summary: string) => ({ service: 'user', summary, version: 1, key: 'userId' }) as const;

/** Text without a format: what the monolith once let in must not keep a transaction from saying what it did. */
const Text = (description: string) => Type.String({ description });

const OfUser = Type.Object({ userId: Uuid });

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    UserRegistered: event({
      ...ofUser('Somebody has an account.'),
      data: Type.Object({
        userId: Uuid,
        email: Text('Personal.'),
        fullName: Text('As given. Personal.'),
        timeZone: Text('Name of the IANA zone.'),
        role: Type.String(),
        registeredAt: Type.String({ format: 'date-time' }),
      }),
    }),
    UserProfileUpdated: event({
      ...ofUser('What others see of somebody, or who may see it.'),
      data: Type.Object({
        userId: Uuid,
        changedFields: Type.Array(Type.String(), {
          description:
            'fullName, bio, profilePictureUrl, timeZone, privacySettings: what changed, and not to what.',
        }),
      }),
    }),
    UserVerified: event({ ...ofUser('An administrator knows who they are.'), data: OfUser }),
    UserSuspended: event({ ...ofUser('They may do nothing any more.'), data: OfUser }),
    UserReinstated: event({ ...ofUser('They are no longer suspended.'), data: OfUser }),
    UserDeleted: event({ ...ofUser('Nothing that tells who it was may be kept.'), data: OfUser }),
  },
  operations: {
    /** What others see of somebody, and who may see it, as it is now. For services alone, and not a route of the gateway. */
    getPerson: operation({
      service: 'user',
      method: 'GET',
      path: '/internal/users/:id',
      params: Id,
      answer: Type.Object({
        fullName: Type.String(),
        status: Type.String(),
        privacySettings: PrivacySettings,
      }),
    }),
  },
});
