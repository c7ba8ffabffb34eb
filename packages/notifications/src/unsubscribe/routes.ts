import { withTransaction } from '@banyan/postgres';
import { defineErrors, mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { without } from '../preferences/preferences.ts';
import { changePreferences } from '../preferences/store.ts';
import type { RoutesHost } from '../routes-host.ts';
import { localeOf } from '../templates/locale.ts';
import { confirmPage, endedPage } from './pages.ts';

const errors = defineErrors({
  BAD_LINK: [404, 'This link ends nothing: it was changed, or is not whole. Use that of the message.'],
});

const Query = Type.Object({ token: Type.String({ minLength: 1, maxLength: 300 }) });
/** Forms of mail programs and browsers: nothing in them is read. */
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];
const MOST_BYTES = 4_096;

/**
 * One click ends e-mails of a kind (RFC 8058): mail programs POST to the link without a login. Whoever opens it gets a page that asks first, since
 * what looks into mails for harm opens their links, too.
 */
export async function unsubscribeRoutes(
  app: ServiceApp,
  { pool, system, telling, own }: RoutesHost,
): Promise<void> {
  const { tokens, people } = telling;
  app.addContentTypeParser(FORMS, { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, _body, done) =>
    done(null, undefined),
  );
  const config = { allow: 'everybody' as const, errors: [400, 404, 413, 415] };
  const response = { 200: { description: 'A page.', ...mediaOf('text/html') } };
  const verified = (token: string) => {
    const what = tokens.verify(token);
    if (!what) throw errors('BAD_LINK');
    return what;
  };

  app.get(
    `${own}/unsubscribe`,
    { config, schema: { querystring: Query, response } },
    async (request, reply) => {
      const { userId, kind } = verified(request.query.token);
      const { preferences } = await people.find(pool, userId);
      return await html(reply).send(confirmPage(system, localeOf(preferences.locale), kind));
    },
  );

  app.post(
    `${own}/unsubscribe`,
    { config, schema: { querystring: Query, response } },
    async (request, reply) => {
      const { userId, kind } = verified(request.query.token);
      const { isDeleted } = await people.find(pool, userId);
      const { locale } = isDeleted
        ? { locale: null }
        : await withTransaction(pool, (tx) =>
            changePreferences(tx, userId, (before) => ({ ...before, chosen: without(system, before, kind) })),
          );
      return await html(reply).send(endedPage(system, localeOf(locale), kind));
    },
  );
}

function html<R extends { headers(values: Record<string, string>): R }>(reply: R): R {
  return reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
  });
}
