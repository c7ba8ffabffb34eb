import type { ServiceApp, ServiceContext } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  Action,
  ApplicationPath,
  Contact,
  ContactPath,
  NewAction,
  NewContact,
  Source,
  StateChange,
  Tracked,
} from '../../../api/tracking.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { type Ledger, updateStatus } from '../commands.ts';
import { errors } from '../decide.ts';
import { inApplication } from '../in-application.ts';
import * as commands from './commands.ts';
import * as store from './store.ts';

/** What people do with an application beside what the monolith lets them. */
export function changeRoutes(
  api: ServiceApp,
  { pool, events }: ServiceContext<unknown, { events: Ledger }>,
): void {
  const { config, onRequest } = activeUser(pool)('APPLICATION_NOT_FOUND');
  const ofApplication = { onRequest, config: { ...config, errors: [...config.errors, 409] } };
  const change = async <T>(
    request: FastifyRequest<{ Params: { id: number } }>,
    work: Parameters<typeof inApplication<T>>[3],
  ): Promise<T> => {
    const mine = { userId: callerOf(request), applicationId: request.params.id };
    return await inApplication(pool, mine, () => errors('APPLICATION_NOT_FOUND'), work);
  };

  api.patch(
    '/:id/status',
    { ...ofApplication, schema: { params: ApplicationPath, body: StateChange, response: { 200: Tracked } } },
    async (request) => {
      const { status, reason } = request.body;
      await change(request, (tx, row, about) => updateStatus(tx, events, row, status, { ...about, reason }));
      return (await store.findTracked(pool, callerOf(request), request.params.id))!;
    },
  );

  api.put(
    '/:id/source',
    { ...ofApplication, schema: { params: ApplicationPath, body: Source, response: { 200: Source } } },
    async (request) => {
      await change(request, (tx, row, about) => commands.setSource(tx, events, row, request.body, about));
      return request.body;
    },
  );

  api.post(
    '/:id/contacts',
    {
      ...ofApplication,
      schema: { params: ApplicationPath, body: NewContact, response: { 201: Contact } },
    },
    async (request, reply) => {
      const added = await change(request, (tx, row, about) =>
        commands.addContact(tx, events, row, request.body, about),
      );
      return await reply.code(201).send(added);
    },
  );

  api.delete(
    '/:id/contacts/:contactId',
    { ...ofApplication, schema: { params: ContactPath, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { contactId } = request.params;
      await change(request, (tx, row, about) => commands.removeContact(tx, events, row, contactId, about));
      return await reply.code(204).send(null);
    },
  );

  api.put(
    '/:id/next-action',
    { ...ofApplication, schema: { params: ApplicationPath, body: NewAction, response: { 200: Action } } },
    async (request) =>
      await change(request, (tx, row, about) => commands.setNextAction(tx, events, row, request.body, about)),
  );

  api.delete(
    '/:id/next-action',
    {
      ...ofApplication,
      schema: {
        description: 'It is done, or need not be done any more.',
        params: ApplicationPath,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await change(request, (tx, row, about) => commands.finishNextAction(tx, events, row, about));
      return await reply.code(204).send(null);
    },
  );
}
