/** All applications of whoever is logged in, as the legacy API has them, and as the service has. */
export const LIST = 'GET /api/v1/applications';
export const LIST_INPUT = { params: { query: { limit: 100 } } };
export const TRACKED = 'GET /api/v2/applications';

/** One of them, and what belongs to it. */
export const ONE = 'GET /api/v1/applications/{id}';
export const STEPS = 'GET /api/v1/applications/{id}/timeline';
export const NOTES = 'GET /api/v1/applications/{id}/notes';
export const DOCUMENTS = 'GET /api/v1/applications/{id}/documents';
export const TRACKED_ONE = 'GET /api/v2/applications/{id}';
export const HISTORY = 'GET /api/v2/applications/{id}/history';

export function inputOf(id: number) {
  return { params: { path: { id } } };
}

/** Documents as the service has them, and all that somebody has uploaded, for whichever application. */
export const UPLOADED = 'GET /api/v2/applications/{id}/documents';
export const VERSIONS = 'GET /api/v2/applications/documents/versions';
