import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import {
  type Criteria,
  FoundBySearch,
  NewSavedSearch,
  SavedSearch,
  SavedSearchChanges,
} from '../../../api/saved-searches.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { signedInAndActive } from '../active-caller.ts';
import { compile } from './compile.ts';
import { dueAnew } from './percolate.ts';
import * as store from './store.ts';

const MOST_SEARCHES = 50;

const errors = defineErrors({
  SEARCH_NOT_FOUND: [404, 'You have no such saved search.'],
  TOO_MANY_SEARCHES: [
    409,
    `You have ${MOST_SEARCHES} saved searches, which is as many as there can be. Delete one.`,
  ],
  NO_CRITERIA: [422, 'Say what the search is to find: words, a place, a company or another filter.'],
  PLACE_UNKNOWN: [422, 'No place is known by this name.'],
  WORDS_TOO_COMMON: [422, 'None of these words is one that jobs can be told apart by.'],
});

/** Searches that go on finding jobs as they are posted. */
export function savedSearchRoutes(app: ServiceApp, pool: pg.Pool): void {
  const active = signedInAndActive(pool);
  const mine = (...statuses: number[]) => ({
    ...active,
    config: { ...active.config, errors: [...active.config.errors, ...statuses] },
  });
  const params = Id;

  app.get(
    '/jobs/saved-searches',
    { ...mine(), schema: { response: { 200: Type.Object({ searches: Type.Array(SavedSearch) }) } } },
    async (request) => ({ searches: await store.listSearches(pool, callerOf(request)) }),
  );

  app.post(
    '/jobs/saved-searches',
    { ...mine(409, 422), schema: { body: NewSavedSearch, response: { 201: SavedSearch } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const { name, criteria, frequency = 'daily' } = request.body;
      const compiled = await compiledOf(criteria);
      const id = await withTransaction(pool, (tx) =>
        store.insertSearch(tx, userId, { name, criteria, frequency }, compiled, MOST_SEARCHES),
      );
      if (id === undefined) throw errors('TOO_MANY_SEARCHES');
      return await reply.code(201).send((await store.findSearch(pool, userId, id))!);
    },
  );

  app.get(
    '/jobs/saved-searches/:id',
    { ...mine(404), schema: { params, response: { 200: SavedSearch } } },
    (request) => found(request, request.params.id),
  );

  app.put(
    '/jobs/saved-searches/:id',
    { ...mine(404, 422), schema: { params, body: SavedSearchChanges, response: { 200: SavedSearch } } },
    async (request) => {
      const { id } = request.params;
      const before = await found(request, id);
      const after = { ...before, ...request.body };
      const compiled = await compiledOf(after.criteria);
      await withTransaction(pool, async (tx) => {
        await store.updateSearch(tx, id, after, compiled);
        if (after.frequency !== before.frequency) await dueAnew(tx, id);
      });
      return await found(request, id);
    },
  );

  app.delete(
    '/jobs/saved-searches/:id',
    { ...mine(404), schema: { params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await store.deleteSearch(pool, callerOf(request), request.params.id)))
        throw errors('SEARCH_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/jobs/saved-searches/:id/jobs',
    {
      ...mine(404),
      schema: {
        params,
        querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) }),
        response: { 200: FoundBySearch },
      },
    },
    async (request) => {
      const { id } = await found(request, request.params.id);
      return { jobs: await store.listFound(pool, id, request.query.limit) };
    },
  );

  async function found(request: FastifyRequest, id: number): Promise<SavedSearch> {
    const search = await store.findSearch(pool, callerOf(request), id);
    if (!search) throw errors('SEARCH_NOT_FOUND');
    return search;
  }

  async function compiledOf(criteria: Criteria) {
    const { within: _, or_remote: __, ...found } = criteria;
    if (Object.keys(found).length === 0) throw errors('NO_CRITERIA');
    const compiled = await compile(pool, criteria).catch((error) => {
      throw error instanceof ApiError && error.code === 'PLACE_UNKNOWN' ? errors('PLACE_UNKNOWN') : error;
    });
    if (!compiled) throw errors('WORDS_TOO_COMMON');
    return compiled;
  }
}
