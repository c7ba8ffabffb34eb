import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, type Encryption, mediaOf, Page, PageQuery, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import { API, Id } from '../../../api/common.ts';
import {
  Accepted,
  NewSource,
  OfReceipt,
  Receipt,
  Source,
  SourceWithSecret,
  Token,
} from '../../../api/incoming.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { contracts } from '../messages.ts';
import type { OfUser } from '../of-user.ts';
import { newSecret } from '../webhooks/signature.ts';
import { judge, settingsProblem } from './scheme.ts';
import * as sources from './sources.ts';

const errors = defineErrors({
  SOURCE_NOT_FOUND: [404, 'There is no such source.'],
  RECEIPT_NOT_FOUND: [404, 'Nothing of that number was received.'],
  BAD_SETTINGS: [422, 'By these settings a signature would not be good.'],
  TOO_MANY_SOURCES: [409, 'There are as many sources as one may have. Remove one first.'],
  NOT_SIGNED: [401, 'It is not signed by the secret of this address, or not just now.'],
  TOO_MANY_WEBHOOKS: [429, 'Too much was received in the last hour. Send it later.'],
});

const SOURCES = '/sources';
const MOST_BYTES = 256 * 1024;
const BYTES = { description: 'As they came.', ...mediaOf('application/octet-stream') };

type Context = { pool: pg.Pool; encryption: Encryption; events: Events<typeof contracts>; ofUser: OfUser };

/** Where other programs send webhooks: addresses that people make for them, and what came. */
export async function incomingRoutes(app: ServiceApp, context: Context): Promise<void> {
  const { pool, encryption, ofUser } = context;

  app.post(
    SOURCES,
    { ...ofUser(409, 422), schema: { body: NewSource, response: { 201: SourceWithSecret } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const { body } = request;
      const problem = problemOf(body);
      if (problem) throw errors('BAD_SETTINGS', { fields: { problem } });
      const secret = body.secret ?? newSecret();
      const encrypted = await encryption.encrypt(secret, sources.contextOf(userId));
      const source = await withTransaction(pool, (tx) => sources.insertSource(tx, userId, body, encrypted));
      if (!source) throw errors('TOO_MANY_SOURCES');
      // What is shown once must not lie in a cache.
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...shown(source), secret });
    },
  );

  app.get(
    SOURCES,
    { ...ofUser(), schema: { querystring: PageQuery, response: { 200: Page(Source) } } },
    async (request) => {
      const { items, next_cursor } = await sources.listSources(pool, callerOf(request), request.query);
      return { items: items.map(shown), next_cursor };
    },
  );

  app.delete(
    `${SOURCES}/:id`,
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await sources.deleteSource(pool, callerOf(request), request.params.id)))
        throw errors('SOURCE_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get(
    `${SOURCES}/:id/receipts`,
    { ...ofUser(404), schema: { params: Id, querystring: PageQuery, response: { 200: Page(Receipt) } } },
    async (request) => {
      const page = await sources.listReceipts(pool, callerOf(request), request.params.id, request.query);
      if (!page) throw errors('SOURCE_NOT_FOUND');
      return page;
    },
  );

  app.get(
    `${SOURCES}/:id/receipts/:receipt/body`,
    { ...ofUser(404), schema: { params: OfReceipt, response: { 200: BYTES } } },
    async (request, reply) => {
      const { id, receipt } = request.params;
      const found = await sources.findBody(pool, callerOf(request), id, receipt);
      if (!found) throw errors('RECEIPT_NOT_FOUND');
      // Whatever a stranger has sent is not shown as a page of ours.
      return await reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', 'attachment')
        .header('x-content-type-options', 'nosniff')
        .header('x-received-content-type', found.contentType.replace(/[^\x20-\x7e]/g, ''))
        .send(found.body);
    },
  );

  await app.register(async (scope: ServiceApp) => receiving(scope, context));
}

/** Takes bodies as they come: their bytes are what was signed. */
function receiving(scope: ServiceApp, { pool, encryption, events }: Context): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  scope.post(
    '/receive/:token',
    {
      config: { allow: 'everybody', errors: [401, 404, 413, 415, 429] },
      schema: { params: Token, body: mediaOf('*/*'), response: { 202: Accepted } },
    },
    async (request, reply) => {
      const source = await sources.findByToken(pool, request.params.token);
      if (!source) throw errors('SOURCE_NOT_FOUND');
      if (source.isBusy) throw errors('TOO_MANY_WEBHOOKS', { headers: { 'retry-after': '600' } });
      const secret = await encryption.decrypt(source.secret, sources.contextOf(source.userId));
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const judged = judge(source, [secret], request.headers, body, new Date());
      if (judged.is === 'refused') throw errors('NOT_SIGNED', { fields: { reason: judged.why } });
      const contentType = (request.headers['content-type'] ?? '').slice(0, 100);
      const isNew = await withTransaction(pool, async (tx) => {
        const receiptId = await sources.insertReceipt(tx, source.id, { ...judged, contentType, body });
        if (receiptId === undefined) return false;
        const { userId, id: sourceId } = source;
        await events.publish(tx, 'IncomingWebhookReceived', { userId, sourceId, receiptId });
        return true;
      });
      return await reply.code(202).send({ duplicate: !isNew });
    },
  );
}

/** Base64, as Standard Webhooks has secrets: what is none would be read as less, or as nothing, and anybody could sign. */
const OF_STANDARD = /^(whsec_)?[A-Za-z0-9+/]{22,}={0,2}$/;

function problemOf({ scheme, settings, secret }: NewSource): string | undefined {
  if (scheme === 'standard')
    return secret === undefined || OF_STANDARD.test(secret)
      ? undefined
      : 'A secret is base64 of 16 bytes at least, with or without `whsec_` before it.';
  if (!settings) return 'An HMAC needs `settings`.';
  if (secret !== undefined && secret.length < 16) return 'A secret has 16 characters at least.';
  return settingsProblem(settings);
}

function shown({ token, ...source }: sources.StoredSource): Static<typeof Source> {
  return { ...source, path: `${API}/integrations/receive/${token}` };
}
