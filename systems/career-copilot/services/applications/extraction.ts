import { copy, extract, table } from '@banyan/banyan';
import { DOCUMENT_BYTES } from '../../api/bodies.ts';
import { TRACKING } from '../../api/tracking.ts';
import { placeOf } from '../../kit/plan.ts';

const ofUser = { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' } as const;
const ofApplication = { by: 'parent', table: 'applications', column: 'application_id' } as const;

const FIRST = '/api/v1/applications';

/** applications takes over what people apply for, with notes, timeline and documents. */
export default extract({
  ...placeOf('applications'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'applications',
      owner: ofUser,
      columns: [
        copy('id', 'user_id', 'job_id', 'status', 'cover_letter', 'applied_at', 'created_at', 'updated_at'),
      ],
    }),
    table({
      legacy: 'application_notes',
      owner: ofApplication,
      columns: [copy('id', 'application_id', 'body', 'is_private', 'created_at')],
    }),
    table({
      legacy: 'application_timeline',
      owner: ofApplication,
      columns: [copy('id', 'application_id', 'from_status', 'to_status', 'note', 'created_at')],
    }),
    table({
      legacy: 'documents',
      owner: ofUser,
      columns: [
        copy(
          'id',
          'user_id',
          'application_id',
          'name',
          'kind',
          'url',
          'content_type',
          'size_bytes',
          'created_at',
        ),
      ],
    }),
    // A change of status tells its user. Whether that was read stays the monolith's: `is_read` is not taken over.
    table({
      legacy: 'notifications',
      owner: ofUser,
      columns: [copy('id', 'user_id', 'kind', 'title', 'body', 'created_at')],
    }),
    // Read here, written by the monolith and by auth.
    table({
      legacy: 'users',
      rows: 'foreign',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id'), copy('is_active', { flow: 'forward' })],
    }),
    table({
      legacy: 'jobs',
      rows: 'foreign',
      owner: { by: 'writer' },
      columns: [
        copy('id'),
        // The whole posting, since a copy of it is kept for whoever applies.
        copy(
          'company_id',
          'title',
          'is_active',
          'location',
          'job_type',
          'remote',
          'salary_min',
          'salary_max',
          'requirements',
          'description',
          { flow: 'forward' },
        ),
      ],
    }),
    table({
      legacy: 'companies',
      rows: 'foreign',
      owner: { by: 'writer' },
      columns: [copy('id'), copy('name', { flow: 'forward' })],
    }),
  ],
  routes: [
    // The analytics and the notifications of the monolith show what was written with its very answer.
    {
      route: `POST ${FIRST}`,
      key: 'token.sub',
      writes: ['applications', 'application_timeline'],
      settle: true,
    },
    { route: `GET ${FIRST}`, key: 'token.sub' },
    { route: `GET ${FIRST}/:id`, key: 'token.sub' },
    {
      route: `PATCH ${FIRST}/:id/status`,
      key: 'token.sub',
      writes: ['applications', 'application_timeline', 'notifications'],
      settle: true,
    },
    { route: `GET ${FIRST}/:id/timeline`, key: 'token.sub' },
    { route: `GET ${FIRST}/:id/notes`, key: 'token.sub' },
    { route: `POST ${FIRST}/:id/notes`, key: 'token.sub', writes: ['application_notes'] },
    { route: `GET ${FIRST}/:id/documents`, key: 'token.sub' },
    { route: `POST ${FIRST}/:id/documents`, key: 'token.sub', writes: ['documents'] },
    // What the monolith has not got: offered to whoever is on the service's side.
    { route: `GET ${TRACKING}`, key: 'token.sub', onMonolith: false },
    {
      route: `POST ${TRACKING}`,
      key: 'token.sub',
      writes: ['applications', 'application_timeline', 'notifications'],
      onMonolith: false,
      settle: true,
    },
    { route: `GET ${TRACKING}/submissions/:submissionId`, key: 'token.sub', onMonolith: false },
    { route: `GET ${TRACKING}/statistics`, key: 'token.sub', onMonolith: false },
    { route: `GET ${TRACKING}/:id`, key: 'token.sub', onMonolith: false },
    { route: `GET ${TRACKING}/:id/posting`, key: 'token.sub', onMonolith: false },
    { route: `GET ${TRACKING}/:id/history`, key: 'token.sub', onMonolith: false },
    {
      route: `PATCH ${TRACKING}/:id/status`,
      key: 'token.sub',
      writes: ['applications', 'application_timeline', 'notifications'],
      onMonolith: false,
      settle: true,
    },
    { route: `PUT ${TRACKING}/:id/source`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `POST ${TRACKING}/:id/contacts`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `DELETE ${TRACKING}/:id/contacts/:contactId`, key: 'token.sub', writes: [], onMonolith: false },
    {
      route: `POST ${TRACKING}/:id/documents`,
      key: 'token.sub',
      writes: ['documents'],
      onMonolith: false,
      bodyBytes: DOCUMENT_BYTES,
    },
    {
      route: `POST ${TRACKING}/:id/documents/from-version`,
      key: 'token.sub',
      writes: ['documents'],
      onMonolith: false,
    },
    { route: `GET ${TRACKING}/:id/documents`, key: 'token.sub', onMonolith: false },
    { route: `GET ${TRACKING}/:id/documents/:documentId/content`, key: 'token.sub', onMonolith: false },
    {
      route: `POST ${TRACKING}/:id/documents/:documentId/link`,
      key: 'token.sub',
      writes: [],
      onMonolith: false,
    },
    {
      route: `DELETE ${TRACKING}/:id/documents/:documentId`,
      key: 'token.sub',
      writes: ['documents'],
      onMonolith: false,
    },
    { route: `GET ${TRACKING}/documents/versions`, key: 'token.sub', onMonolith: false },
    {
      // Of whoever has the link: whose it is, the document says.
      route: `GET ${TRACKING}/documents/:documentId/file`,
      key: { lookup: 'documents', column: 'user_id', by: 'params.documentId', matches: 'id' },
      auth: 'none',
      onMonolith: false,
    },
    { route: `PUT ${TRACKING}/:id/next-action`, key: 'token.sub', writes: [], onMonolith: false },
    { route: `DELETE ${TRACKING}/:id/next-action`, key: 'token.sub', writes: [], onMonolith: false },
  ],
});
