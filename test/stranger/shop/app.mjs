// The comments as a service of their own, in plain Node. With ARTICLES=yes it is the whole shop, for machines without Python.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

const { DATABASE_URL, SECRET, PORT, ARTICLES } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });
pool.on('error', () => {}); // an idle connection that breaks is replaced

/** The user name in `Authorization: Token <jwt>`, or null. */
function userOf(header = '') {
  const [, signed, signature] = /^Token (\S+\.\S+)\.(\S+)$/.exec(header) ?? [];
  if (!signed) return null;
  const wanted = createHmac('sha256', SECRET).update(signed).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  return JSON.parse(Buffer.from(signed.split('.')[1], 'base64url').toString()).username;
}

const COMMENTS = {
  'POST /api/articles/:/comments': async (user, { body }, slug) => {
    const { rows } = await pool.query(
      'INSERT INTO comments (article, author, body) VALUES ($1, $2, $3) RETURNING id',
      [slug, user, body],
    );
    return [201, { id: Number(rows[0].id) }];
  },
  'PUT /api/comments/:': async (user, { body }, id) => {
    const { rowCount } = await pool.query('UPDATE comments SET body = $1 WHERE id = $2 AND author = $3', [
      body,
      id,
      user,
    ]);
    return rowCount ? [200, { id: Number(id) }] : [404, { error: 'no such comment' }];
  },
  'DELETE /api/comments/:': async (user, _body, id) => {
    const { rowCount } = await pool.query('DELETE FROM comments WHERE id = $1 AND author = $2', [id, user]);
    return rowCount ? [200, { deleted: Number(id) }] : [404, { error: 'no such comment' }];
  },
  'GET /api/me/comments': async (user) => {
    const { rows } = await pool.query(
      'SELECT id, article, body FROM comments WHERE author = $1 ORDER BY id',
      [user],
    );
    return [200, rows.map(({ id, article, body }) => ({ id: Number(id), article, body }))];
  },
};

const REST = {
  'POST /api/articles': async (user, { slug }) => {
    await pool.query('INSERT INTO articles (slug, author) VALUES ($1, $2)', [slug, user]);
    return [201, { slug }];
  },
  'DELETE /api/articles/:': async (user, _body, slug) => {
    const { rowCount } = await pool.query('DELETE FROM articles WHERE slug = $1 AND author = $2', [
      slug,
      user,
    ]);
    return rowCount ? [200, { deleted: slug }] : [404, { error: 'no such article' }];
  },
};

const routes = Object.entries({ ...COMMENTS, ...(ARTICLES ? REST : {}) }).map(([route, handle]) => ({
  pattern: new RegExp(`^${route.replaceAll(':', '([\\w-]+)')}$`),
  handle,
}));

createServer(async (request, response) => {
  const send = (status, value) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (request.url.startsWith('/health')) return send(200, { status: 'ok' });
  let text = '';
  for await (const chunk of request) text += chunk;
  const user = userOf(request.headers.authorization);
  if (user === null) return send(401, { error: 'a token is needed' });
  for (const { pattern, handle } of routes) {
    const found = pattern.exec(`${request.method} ${request.url}`);
    if (!found) continue;
    return handle(user, JSON.parse(text || '{}'), ...found.slice(1)).then(
      ([status, value]) => send(status, value),
      (error) => send(500, { error: `${error.code}: ${error.message}` }),
    );
  }
  send(404, { error: 'no such route' });
}).listen(Number(PORT), '127.0.0.1');
