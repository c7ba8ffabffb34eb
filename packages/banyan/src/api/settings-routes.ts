import { Flag } from '@banyan/service/settings';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { FlagFeed } from '../settings/feed.ts';
import type { Settings } from '../settings/settings.ts';
import { addFlagStream } from './flag-stream.ts';

const closed = { additionalProperties: false };
const FlagKey = Type.Object({ key: Type.String({ maxLength: 64 }) });
const Version = Type.Optional(
  Type.Integer({ minimum: 0, description: 'the version that is to be replaced; 0: none yet' }),
);
const { key: _key, ...flagProperties } = Flag.properties;
const FlagBody = Type.Object({ ...flagProperties, version: Version }, closed);
const Service = Type.Object({ service: Type.String({ maxLength: 64 }) });
const Variable = Type.Object({ ...Service.properties, key: Type.String({ maxLength: 64 }) });
const ConfigQuery = Type.Object({ service: Type.Optional(Type.String({ maxLength: 64 })) }, closed);
const ValueBody = Type.Object({ value: Type.String() }, closed);

/** What a service's own token opens; all else is the operator's. */
const FOR_SERVICES = { config: { forServices: true } as FastifyContextConfig };

/** One route for each method of Settings, and the stream of flags. */
export function addSettingsRoutes(app: FastifyInstance, settings: Settings, feed: FlagFeed): void {
  app.get('/v1/flags', { ...FOR_SERVICES, schema: { summary: 'All flags' } }, () => settings.flags());

  addFlagStream(app, feed, FOR_SERVICES);

  app.get<{ Params: Static<typeof FlagKey> }>(
    '/v1/flags/:key',
    { ...FOR_SERVICES, schema: { summary: 'One flag', params: FlagKey } },
    ({ params }) => settings.flag(params.key),
  );

  app.put<{ Params: Static<typeof FlagKey>; Body: Static<typeof FlagBody> }>(
    '/v1/flags/:key',
    { schema: { summary: 'Create or replace a flag', params: FlagKey, body: FlagBody } },
    ({ params, body: { version, ...flag } }) =>
      settings.setFlag({ ...flag, key: params.key }, version ?? null),
  );

  app.delete<{ Params: Static<typeof FlagKey> }>(
    '/v1/flags/:key',
    { schema: { summary: 'Delete a flag', params: FlagKey } },
    async ({ params }) => {
      await settings.deleteFlag(params.key);
      return {};
    },
  );

  app.get<{ Querystring: Static<typeof ConfigQuery> }>(
    '/v1/config',
    { schema: { summary: 'Configuration of one service or of all', querystring: ConfigQuery } },
    ({ query }) => settings.config(query.service ?? null),
  );

  app.get<{ Params: Static<typeof Service> }>(
    '/v1/config/:service',
    { ...FOR_SERVICES, schema: { summary: 'Configuration of a service', params: Service } },
    ({ params }) => settings.config(params.service),
  );

  app.put<{ Params: Static<typeof Variable>; Body: Static<typeof ValueBody> }>(
    '/v1/config/:service/:key',
    { schema: { summary: 'Set a variable; never a secret', params: Variable, body: ValueBody } },
    ({ params, body }) => settings.setConfig(params.service, params.key, body.value),
  );

  app.delete<{ Params: Static<typeof Variable> }>(
    '/v1/config/:service/:key',
    { schema: { summary: 'Unset a variable', params: Variable } },
    async ({ params }) => {
      await settings.unsetConfig(params.service, params.key);
      return {};
    },
  );
}
