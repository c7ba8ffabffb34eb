import { type ServiceApp, type ServiceContext, signedIn } from '@banyan/service';
import { API, Id, Page, paged } from '../../api/common.ts';
import {
  Company,
  Job,
  JobDetails,
  JobPostings,
  JobQuery,
  JobSearchAnswer,
  JobSearchQuery,
  Places,
  PlacesQuery,
} from '../../api/jobs.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError, type ApiErrorCode, statusesOf } from '../../kit/legacy-errors.ts';
import { type MatchingGiven, matchRoutes } from './matching/routes.ts';
import { weightRoutes } from './matching/weights.ts';
import { nearOf } from './places/near.ts';
import { readLocations } from './places/store.ts';
import { suggestedPlaces } from './places/suggest.ts';
import { savedSearchRoutes } from './saved-searches/routes.ts';
import { type JobSearch, MOST_SHOWN } from './search/search.ts';
import * as store from './store.ts';

const forEverybody = (...codes: ApiErrorCode[]) =>
  ({ config: { allow: 'everybody', errors: statusesOf(...codes) } }) as const;

export async function routes(
  app: ServiceApp,
  { pool, search, ...given }: ServiceContext<unknown, MatchingGiven & { search: JobSearch }>,
): Promise<void> {
  await app.register(
    async (legacy: ServiceApp) => {
      answerAsLegacy(legacy);

      legacy.get(
        '/jobs',
        { ...forEverybody(), schema: { querystring: JobQuery, response: { 200: Page('jobs', Job) } } },
        async ({ query }) => {
          const { rows, total } = await store.listJobs(pool, query);
          return paged('jobs', rows, total, query);
        },
      );

      legacy.get(
        '/jobs/search',
        {
          config: {
            allow: [signedIn],
            errors: statusesOf('NOT_AUTHENTICATED', 'BAD_CURSOR', 'PLACE_UNKNOWN', 'PLACE_NEEDED'),
          },
          schema: { querystring: JobSearchQuery, response: { 200: JobSearchAnswer } },
        },
        async ({ query }) => {
          const { page, limit } = query;
          const near = nearOf(query);
          mustBeAnswerable(query);
          if (near) await readLocations(pool);
          const { total, left_out = 0, ...found } = await search.search(query, near);
          const total_pages = Math.ceil(Math.min(total, MOST_SHOWN) / limit);
          return {
            ...found,
            total_count: total,
            page,
            limit,
            total_pages,
            ...(near && { near: { ...near, left_out } }),
          };
        },
      );

      legacy.get(
        '/jobs/places',
        {
          config: { allow: [signedIn], errors: statusesOf('NOT_AUTHENTICATED') },
          schema: { querystring: PlacesQuery, response: { 200: Places } },
        },
        async ({ query: { q, limit } }) => ({ places: suggestedPlaces(q, limit) }),
      );

      legacy.get(
        '/jobs/:id',
        { ...forEverybody('JOB_NOT_FOUND'), schema: { params: Id, response: { 200: JobDetails } } },
        async ({ params }) => {
          const job = await store.findJob(pool, params.id);
          if (!job) throw new ApiError('JOB_NOT_FOUND');
          return job;
        },
      );

      legacy.get(
        '/jobs/:id/postings',
        { ...forEverybody('JOB_NOT_FOUND'), schema: { params: Id, response: { 200: JobPostings } } },
        async ({ params }) => {
          if (!(await store.findJob(pool, params.id))) throw new ApiError('JOB_NOT_FOUND');
          return { postings: await store.listPostings(pool, params.id) };
        },
      );

      legacy.get(
        '/companies/:id',
        { ...forEverybody('COMPANY_NOT_FOUND'), schema: { params: Id, response: { 200: Company } } },
        async ({ params }) => {
          const company = await store.findCompany(pool, params.id);
          if (!company) throw new ApiError('COMPANY_NOT_FOUND');
          return company;
        },
      );
    },
    { prefix: API },
  );

  await app.register(
    async (own: ServiceApp) => {
      matchRoutes(own, { pool, ...given });
      weightRoutes(own, pool);
      savedSearchRoutes(own, pool);
    },
    { prefix: API },
  );
}

/** Throws for a search without anything to find, as the schema would, and `ApiError` PLACE_NEEDED for distances from nowhere. */
function mustBeAnswerable({ q, near, seniority, sort }: JobSearchQuery): void {
  if (sort === 'distance' && near === undefined) throw new ApiError('PLACE_NEEDED');
  if (q === undefined && near === undefined && seniority === undefined && sort === undefined)
    throw Object.assign(new Error('querystring must have required property q'), {
      validation: [{ keyword: 'required', instancePath: '', params: { missingProperty: 'q' } }],
      validationContext: 'querystring',
    });
}
