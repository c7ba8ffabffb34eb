import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router';
import { api } from '../../api/index.ts';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import { messages as ofApplications } from '../applications/routes.tsx';
import { jobsSearch } from './criteria.ts';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    jobs: typeof en;
  }
}

const messages = messagesOf('jobs', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

/** What has become of a job is said in the words of applications. */
const load = () => Promise.all([messages(), ofApplications()]);

const search = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs',
  validateSearch: jobsSearch,
  loader: load,
  component: lazyRouteComponent(() => import('./SearchPage.tsx'), 'SearchPage'),
});

/** `/jobs/12?apply=true`: the form by which one applies is open. */
const posting = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/$id',
  params: { parse: ({ id }) => ({ id: Number(id) }), stringify: ({ id }) => ({ id: String(id) }) },
  beforeLoad: ({ params: { id } }) => {
    if (!Number.isInteger(id) || id < 1) throw notFound();
  },
  validateSearch: ({ apply }: Record<string, unknown>): { apply?: true } => (apply === true ? { apply } : {}),
  loader: load,
  component: lazyRouteComponent(() => import('./PostingPage.tsx'), 'PostingPage'),
});

const saved = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/saved',
  loader: load,
  component: lazyRouteComponent(() => import('./SavedSearchesPage.tsx'), 'SavedSearchesPage'),
});

/** Where notifications lead: what a saved search finds, the newest first. Of one that is gone, to those that are there. */
const found = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/searches/$id',
  beforeLoad: async ({ params: { id }, abortController: { signal } }) => {
    const search = await api
      .call('GET /api/v1/jobs/saved-searches/{id}', { params: { path: { id: Number(id) } } }, { signal })
      .catch(() => null);
    if (search === null) throw redirect({ to: '/jobs/saved', replace: true });
    throw redirect({ to: '/jobs', search: { ...search.criteria, sort: 'newest' }, replace: true });
  },
});

export const routes = [search, saved, posting, found] as const;
