/** For the plan of a system: where the routes of this package are, whose callers are in the token. None of them is a monolith's. */

type Listed = { route: string; key: 'token.sub'; writes?: string[]; onMonolith: false };

/** @param first where they are: `/api/v1/analytics`. */
export function routeList(first: string): Listed[] {
  const listed = (path: string): Listed => ({
    route: path.replace(' ', ` ${first}`),
    key: 'token.sub',
    onMonolith: false,
  });
  return [...READ.map(listed), ...OWN.map((path) => ({ ...listed(path), writes: [] }))];
}

const READ = [
  'GET /series',
  'GET /all/series',
  'GET /catalogue',
  'GET /products',
  'GET /products/:name/:version',
];
/** Of what people make for themselves. */
const OWN = [
  'GET /dashboards',
  'GET /dashboards/:name',
  'PUT /dashboards/:name',
  'DELETE /dashboards/:name',
  'GET /reports',
  'POST /reports',
  'GET /reports/:id',
  'GET /reports/:id/file',
];
