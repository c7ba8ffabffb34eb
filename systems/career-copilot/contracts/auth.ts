/** What the auth service says to the others. What it answers to clients is in api/auth.ts. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Registration } from '../api/auth.ts';
import { API } from '../api/common.ts';
import { asItWas, ofUser, SYSTEM, text, UserId } from './common.ts';

const OfUser = Type.Object({ userId: UserId });
const OfSession = Type.Object({
  userId: UserId,
  sessionId: Type.String({
    format: 'uuid',
    description: 'Of the login; the same in all that is told of it.',
  }),
});
const GoodUntil = Type.Object({
  ...OfSession.properties,
  expiresAt: Type.String({
    format: 'date-time',
    description: 'When it is over by itself, unless it is renewed.',
  }),
});
/** Version 1 always said who it was: the monolith, some of whose doings are told since, seldom does. */
const byAdministrator = {
  version: 2,
  data: Type.Object({
    userId: UserId,
    byUserId: Type.Optional(
      Type.Integer({ description: 'The administrator who did it. Left out where that is not known.' }),
    ),
  }),
  upcasters: { 1: asItWas },
};

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    UserRegistered: event({
      ...ofUser('auth', 'Somebody has an account, made by the auth service.'),
      data: Type.Object({
        userId: UserId,
        email: text('Personal.'),
        fullName: text('As given. Personal.'),
        role: Type.String(),
        registeredAt: Type.String({ format: 'date-time' }),
        awaitsConfirmation: Type.Optional(
          Type.Boolean({
            description:
              'The address can be confirmed, and is not yet (UserVerified). Left out of accounts that were there before that was asked for.',
          }),
        ),
      }),
    }),
    UserVerified: event({
      ...ofUser('auth', 'The email is known to be theirs.'),
      ...byAdministrator,
    }),
    UserSuspended: event({
      ...ofUser('auth', 'They cannot log in until they are reinstated.'),
      ...byAdministrator,
      data: Type.Object({
        ...byAdministrator.data.properties,
        reason: Type.Optional(text('As the administrator gave it. Personal.')),
      }),
    }),
    UserReinstated: event({ ...ofUser('auth', 'They can log in again.'), ...byAdministrator }),
    PasswordChanged: event({ ...ofUser('auth', 'They have a new password.'), data: OfUser }),
    UserLoggedIn: event({
      ...ofUser('auth', 'They have logged in, or registered, which logs in too.'),
      data: GoodUntil,
    }),
    TokenRefreshed: event({
      ...ofUser('auth', 'A login was renewed at the auth service. The monolith keeps no record of it.'),
      data: GoodUntil,
    }),
    SessionEnded: event({
      ...ofUser('auth', 'A login is over before its time. One whose time is over is not told again.'),
      data: Type.Object({
        ...OfSession.properties,
        reason: Type.Union([
          Type.Literal('logged_out'),
          Type.Literal('ended_by_owner', { description: 'From another login.' }),
          Type.Literal('password_reset'),
          Type.Literal('token_reused', {
            description: 'A refresh token came a second time: somebody else may have it.',
          }),
        ]),
      }),
    }),
    UserDeleted: event({
      ...ofUser('auth', 'Nothing that tells who it was may be kept.'),
      data: Type.Object({ userId: UserId, email: text('What stands in its place.') }),
    }),
  },
  operations: {
    /** Of the caller's token, inactive or not. Not a route of the gateway. */
    getRegistration: operation({
      service: 'auth',
      method: 'GET',
      path: `${API}/auth/me/registration`,
      answer: Registration,
    }),
    /** Half of a deletion: the account of the caller's token. Again is no error. */
    deleteAccount: operation({ service: 'auth', method: 'DELETE', path: `${API}/auth/me` }),
  },
});
