import type { Events } from '@banyan/events';
import {
  defineErrors,
  type Once,
  Page,
  PageQuery,
  principalOf,
  type ServiceApp,
  type ServiceContext,
  signedIn,
  tag,
} from '@banyan/service';
import { Type } from 'typebox';
import { API } from '../../api/common.ts';
import { Entry, NewEntry } from '../../api/example.ts';
import type { contracts } from '../../contracts/example.ts';
import { tidy } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  ENTRY_EMPTY: [422, 'An entry needs a text.'],
  ENTRY_NOT_FOUND: [404, 'There is no such entry.'],
});

export function routes(
  app: ServiceApp,
  { pool, once, events }: ServiceContext<unknown, { once: Once; events: Events<typeof contracts> }>,
): void {
  app.post(
    `${API}/example`,
    { config: { allow: [signedIn], errors: [400, 409, 422] }, schema: { body: NewEntry } },
    (request, reply) =>
      once(request, reply, async (tx) => {
        const { subject: userId } = principalOf(request);
        const text = tidy(request.body.text);
        if (text === '') throw errors('ENTRY_EMPTY');
        const entry = await store.insertEntry(tx, userId, text);
        // With the entry or not at all.
        await events.publish(tx, 'ExampleEntryAdded', { userId, entryId: entry.id });
        return { status: 201, body: entry };
      }),
  );

  app.get(
    `${API}/example`,
    {
      config: { allow: [signedIn], errors: [400] },
      schema: { querystring: PageQuery, response: { 200: Page(Entry) } },
    },
    (request) => store.listEntries(pool, principalOf(request).subject, request.query),
  );

  app.get(
    `${API}/example/:id`,
    {
      config: { allow: [signedIn], errors: [404] },
      schema: { params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }) },
    },
    async (request, reply) => {
      const entry = await store.findEntry(pool, principalOf(request).subject, request.params.id);
      if (!entry) throw errors('ENTRY_NOT_FOUND');
      return tag(request, reply, entry.version) ? reply.code(304).send() : entry;
    },
  );
}
