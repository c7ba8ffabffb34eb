import type { RecordedRequest } from '@banyan/gateway/recording';

/** A GET of one user, as a recording has it, but for what is said. */
export function recordedRequest(more: Partial<RecordedRequest>): RecordedRequest {
  return {
    at: 0,
    user: 'xada',
    client: 'xada',
    issuer: 'shop',
    method: 'GET',
    path: '/',
    params: {},
    query: [],
    headers: {},
    status: 200,
    ids: [],
    ...more,
  };
}
