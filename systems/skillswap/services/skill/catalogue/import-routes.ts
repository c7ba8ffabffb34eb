import { Readable } from 'node:stream';
import { defineErrors, mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { IMPORT_BYTES, ImportReport, Suggestion, SuggestionQuery } from '../../../api/esco.ts';
import { RelatedSkill, TaxonomyReport } from '../../../api/taxonomy.ts';
import { ofAdminIn, ofUserIn } from '../../../kit/of-user.ts';
import type { Given } from '../given.ts';
import { EscoFormatError } from './esco.ts';
import { importEsco } from './import-esco.ts';
import { findSkill, suggestSkills } from './store.ts';
import { listRelated, takeTaxonomy } from './taxonomy.ts';
import { NotWriterError } from './write-catalogue.ts';

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

  app.get(
    '/skills/:id/related',
    {
      ...ofUserIn(given.pool)('SKILL_NOT_FOUND'),
      schema: { params: Id, response: { 200: Type.Array(RelatedSkill) } },
    },
    async ({ params: { id } }) => {
      await findSkill(given.pool, id);
      return await listRelated(given.pool, id);
    },
  );

  app.post(
    '/skills/taxonomy',
    {
      ...ofAdminIn(given.pool)('STALE_VERSION'),
      schema: {
        description:
          'Takes the small taxonomy that comes with the system into the catalogue. Again it adds nothing.',
        response: { 200: TaxonomyReport },
      },
    },
    async () => {
      try {
        return await takeTaxonomy(given);
      } catch (cause) {
        throw answerable(cause);
      }
    },
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
          throw answerable(cause);
        }
      },
    );
  });
}

function answerable(cause: unknown): unknown {
  const fields = { reason: (cause as Error).message };
  if (cause instanceof EscoFormatError) return errors('NOT_ESCO', { fields, cause });
  return cause instanceof NotWriterError ? errors('MONOLITH_WRITES', { fields, cause }) : cause;
}
