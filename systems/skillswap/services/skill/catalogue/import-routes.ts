import { Readable } from 'node:stream';
import { defineErrors, mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { IMPORT_BYTES, ImportReport, Suggestion, SuggestionQuery } from '../../../api/esco.ts';
import { ofAdminIn, ofUserIn } from '../../../kit/of-user.ts';
import type { Given } from '../given.ts';
import { EscoFormatError } from './esco.ts';
import { importEsco, NotWriterError } from './import-esco.ts';
import { suggestSkills } from './store.ts';

const errors = defineErrors({
  NOT_ESCO: [400, "This is not skills_en.csv of ESCO's download."],
  MONOLITH_WRITES: [409, 'The catalogue is written by the monolith until all users are here.'],
});

/** Skills of ESCO's list, and what they are called besides. */
export async function importRoutes(app: ServiceApp, given: Given): Promise<void> {
  app.get(
    '/skills/suggestions',
    {
      ...ofUserIn(given.pool)(),
      schema: { querystring: SuggestionQuery, response: { 200: Type.Array(Suggestion) } },
    },
    async ({ query: { text } }) => await suggestSkills(given.pool, text),
  );

  await app.register(async (scope: ServiceApp) => {
    // Read while it comes: nothing of it is held.
    scope.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
    scope.post(
      '/skills/import',
      {
        ...ofAdminIn(given.pool)('INVALID_REQUEST', 'STALE_VERSION'),
        bodyLimit: IMPORT_BYTES,
        schema: {
          description: "skills_en.csv of ESCO's download is the body. The same again changes nothing.",
          body: mediaOf('text/csv'),
          response: { 200: ImportReport },
        },
      },
      async (request) => {
        const body = request.body instanceof Readable ? request.body : Readable.from([]);
        try {
          return await importEsco(given, body);
        } catch (cause) {
          if (cause instanceof EscoFormatError)
            throw errors('NOT_ESCO', { fields: { reason: cause.message }, cause });
          if (cause instanceof NotWriterError)
            throw errors('MONOLITH_WRITES', { fields: { reason: cause.message }, cause });
          throw cause;
        }
      },
    );
  });
}
