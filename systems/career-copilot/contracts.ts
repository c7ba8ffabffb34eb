/** All that Career Copilot's services say to each other. What they answer to clients is the legacy API. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Account, API, Application, Notification, Page, Paging, Registration } from './api.ts';

export * from './api.ts';

const UserId = Type.Integer({ minimum: 1 });
/** Without a format: what the legacy system once let in must not keep a transaction from saying what it did. */
const text = (description: string) => Type.String({ description });

const fact = <S extends string>(service: S, summary: string) =>
  ({ service, summary, version: 1, key: 'userId' }) as const;

const OfUser = Type.Object({ userId: UserId });
const ByAdministrator = Type.Object({
  userId: UserId,
  byUserId: Type.Integer({ description: 'The administrator who did it.' }),
});

const listed = Type.Object({ limit: Paging.limit, page: Paging.page });

export const contracts = defineContracts({
  system: 'career-copilot',
  events: {
    UserRegistered: event({
      ...fact('auth', 'Somebody has an account, made by the auth service.'),
      data: Type.Object({
        userId: UserId,
        email: text('Personal.'),
        fullName: text('As given. Personal.'),
        role: Type.String(),
        registeredAt: Type.String({ format: 'date-time' }),
      }),
    }),
    UserVerified: event({
      ...fact('auth', 'The email is known to be theirs.'),
      data: ByAdministrator,
    }),
    UserSuspended: event({
      ...fact('auth', 'They cannot log in until they are reinstated.'),
      data: ByAdministrator,
    }),
    UserReinstated: event({ ...fact('auth', 'They can log in again.'), data: ByAdministrator }),
    PasswordChanged: event({ ...fact('auth', 'They have a new password.'), data: OfUser }),
    UserDeleted: event({
      ...fact('auth', 'Nothing that tells who it was may be kept.'),
      data: Type.Object({ userId: UserId, email: text('What stands in its place.') }),
    }),
    ProfileChanged: event({
      ...fact('users', 'What others see of somebody, or who may see it.'),
      data: Type.Object({
        userId: UserId,
        changed: Type.Array(Type.String(), {
          description: 'The fields: firstName, lastName, phone, location, headline, skills, ...',
        }),
        updatedBy: UserId,
      }),
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

/** Asked through the gateway, which knows who has the caller's rows: the monolith or a service. */
export const publicApi = {
  deleteAccount: operation({ service: 'api', method: 'DELETE', path: `${API}/auth/me` }),
  getAccount: operation({ service: 'api', method: 'GET', path: `${API}/auth/me`, answer: Account }),
  listApplications: operation({
    service: 'api',
    method: 'GET',
    path: `${API}/applications`,
    query: listed,
    answer: Page('applications', Application),
  }),
  listNotifications: operation({
    service: 'api',
    method: 'GET',
    path: `${API}/notifications`,
    query: listed,
    answer: Page('notifications', Notification),
  }),
};
