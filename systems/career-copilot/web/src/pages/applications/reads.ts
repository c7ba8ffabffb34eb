/** All applications of whoever is logged in. */
export const LIST = 'GET /api/v1/applications';
export const LIST_INPUT = { params: { query: { limit: 100 } } };

/** One of them, and what belongs to it. */
export const ONE = 'GET /api/v1/applications/{id}';
export const STEPS = 'GET /api/v1/applications/{id}/timeline';
export const NOTES = 'GET /api/v1/applications/{id}/notes';
export const DOCUMENTS = 'GET /api/v1/applications/{id}/documents';

export function inputOf(id: number) {
  return { params: { path: { id } } };
}
