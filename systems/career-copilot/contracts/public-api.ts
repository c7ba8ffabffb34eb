import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Application, StatusChange } from '../api/applications.ts';
import { Account } from '../api/auth.ts';
import { API, Id, Page, Paging } from '../api/common.ts';
import { Notification } from '../api/notifications.ts';
import { Profile } from '../api/users.ts';

const listed = Type.Object({ limit: Paging.limit, page: Paging.page });

/** Asked through the gateway, which knows who has the caller's rows: the monolith or a service. */
export const publicApi = {
  deleteAccount: operation({ service: 'api', method: 'DELETE', path: `${API}/auth/me` }),
  getAccount: operation({ service: 'api', method: 'GET', path: `${API}/auth/me`, answer: Account }),
  getProfile: operation({ service: 'api', method: 'GET', path: `${API}/users/me`, answer: Profile }),
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

/** What of it concerns somebody's applications. */
export const publicApplications = {
  listApplications: publicApi.listApplications,
  changeStatus: operation({
    service: 'api',
    method: 'PATCH',
    path: `${API}/applications/:id/status`,
    params: Id,
    body: StatusChange,
    answer: Application,
  }),
};

/** The same, of what is offered: for those who take nothing else by it. */
export const publicOffers = {
  getJob: operation({
    service: 'api',
    method: 'GET',
    path: `${API}/jobs/:id`,
    params: Id,
    answer: Type.Object({
      id: Type.Integer(),
      title: Type.String(),
      is_active: Type.Boolean(),
      company: Type.Object({ name: Type.String() }),
    }),
  }),
};
