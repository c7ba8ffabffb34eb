import { copy, extract, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

/**
 * jobs takes companies and their jobs over. No user owns a row, so each table has one writer, and whoever asks may be answered by
 * either side. The monolith has no route that writes them: its recruiters do, past the gateway, until the service has all users.
 */
export default extract({
  ...placeOf('jobs'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'companies',
      owner: { by: 'writer' },
      columns: [copy('id', 'name', 'industry', 'website', 'location', 'size', 'created_at')],
    }),
    table({
      legacy: 'jobs',
      owner: { by: 'writer' },
      columns: [
        copy(
          'id',
          'company_id',
          'title',
          'description',
          'location',
          'job_type',
          'remote',
          'salary_min',
          'salary_max',
          'requirements',
          'is_active',
          'posted_at',
        ),
      ],
    }),
  ],
  routes: [
    { route: `GET ${API}/jobs`, key: 'none', auth: 'none' },
    { route: `GET ${API}/jobs/search`, key: 'token.sub', onMonolith: false },
    { route: `GET ${API}/jobs/places`, key: 'token.sub', onMonolith: false },
    { route: `GET ${API}/jobs/matches`, key: 'token.sub', onMonolith: false },
    { route: `POST ${API}/jobs/matches`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/matches/:id`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${API}/jobs/matches/:id`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/match-settings`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${API}/jobs/match-settings`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/match-weights`, key: 'token.sub', onMonolith: false },
    { route: `POST ${API}/jobs/match-weights`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/saved-searches`, key: 'token.sub', onMonolith: false },
    { route: `POST ${API}/jobs/saved-searches`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/saved-searches/:id`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${API}/jobs/saved-searches/:id`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `DELETE ${API}/jobs/saved-searches/:id`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `GET ${API}/jobs/saved-searches/:id/jobs`, key: 'token.sub', onMonolith: false },
    { route: `GET ${API}/jobs/:id`, key: 'none', auth: 'none' },
    { route: `GET ${API}/jobs/:id/postings`, key: 'none', auth: 'none', onMonolith: false },
    { route: `GET ${API}/companies/:id`, key: 'none', auth: 'none' },
  ],
});
