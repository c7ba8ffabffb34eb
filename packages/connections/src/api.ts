/** What connections answer to clients, whatever the system. Read by pages too, so nothing but schemas is in here. */
import { INTEGER, Timestamp } from '@banyan/monolith/api';
import { type Static, Type } from 'typebox';

export const Id = Type.Object({ id: Type.Integer({ ...INTEGER, minimum: 1 }) });

const Provider = Type.Object({
  name: Type.String(),
  scopes: Type.Array(Type.String(), { description: 'What is asked for.' }),
});
export const Providers = Type.Object({ providers: Type.Array(Provider) });

export const NewConnection = Type.Object({ provider: Type.String({ minLength: 1, maxLength: 40 }) });
export const Begun = Type.Object({
  authorization_url: Type.String({ description: 'Where the person says yes or no, within ten minutes.' }),
  expires_at: Timestamp,
});
export const Callback = Type.Object({
  query: Type.String({
    minLength: 1,
    maxLength: 8_000,
    description: 'The query by which the provider has sent the person back: `code=...&state=...`.',
  }),
});

const STATES = ['connected', 'lost'] as const;
export const Connection = Type.Object({
  id: Type.Integer(),
  provider: Type.String(),
  account: Type.String({
    description: 'Whose account it is there: an address, else an id. Empty: not told.',
  }),
  scopes: Type.Array(Type.String(), { description: 'What was granted.' }),
  state: Type.Unsafe<(typeof STATES)[number]>({
    type: 'string',
    enum: [...STATES],
    description: '`lost`: the provider does not take our tokens any more. Connect again.',
  }),
  created_at: Timestamp,
});
export type Connection = Static<typeof Connection>;
export const Connections = Type.Object({ connections: Type.Array(Connection) });
