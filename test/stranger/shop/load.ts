// What the shop's users ask for, for `banyan rehearse`: each comments on an old article, changes that comment, and reads what is his.
import { createHmac, randomUUID } from 'node:crypto';
import { type Arrival, exclusively, latest, once, perUser, type Rehearsal, type User } from '@banyan/harness';
import type pg from 'pg';

type Comment = { id: number; marker: string; versions: number };

export default {
  users: async (monolith) => {
    const { rows } = await monolith.query('SELECT DISTINCT author FROM articles ORDER BY author');
    return rows.map(({ author }) => author);
  },
  services: {
    comments: {
      promises: { comment: once(commentsThere), change: latest(versionsThere) },
      start({ users, random }) {
        const commentsOf = perUser((_user: User<string>): Comment[] => []);
        const add = async ({ write }: Arrival) => {
          const user = users.writer();
          if (!user) return;
          const [marker, article] = [randomUUID(), `old-${random.int(1, 200)}`];
          const outcome = await write(
            { name: 'comment', key: marker },
            {
              kind: 'POST /api/articles/:slug/comments',
              method: 'POST',
              path: `/api/articles/${article}/comments`,
              headers: headersOf(user),
              body: { body: `${marker} 0` },
              expect: 201,
            },
          );
          if (outcome.is !== 'ok') return;
          const { id } = outcome.body as { id: number };
          commentsOf(user).push({ id, marker, versions: 0 });
        };
        const change = async ({ write }: Arrival) => {
          const user = users.writer((one) => commentsOf(one).length > 0);
          if (!user) return;
          const comment = random.pick(commentsOf(user));
          const n = ++comment.versions;
          await exclusively(user, async () => {
            await write(
              { name: 'change', key: comment.marker, n },
              {
                kind: 'PUT /api/comments/:id',
                method: 'PUT',
                path: `/api/comments/${comment.id}`,
                headers: headersOf(user),
                body: { body: `${comment.marker} ${n}` },
                expect: 200,
              },
              user,
            );
          });
        };
        const read = async ({ send }: Arrival) => {
          const user = users.any();
          await send({
            kind: 'GET /api/me/comments',
            method: 'GET',
            path: '/api/me/comments',
            headers: headersOf(user),
            expect: 200,
          });
        };
        return {
          operations: [
            { weight: 2, run: add },
            { weight: 1, run: change },
            { weight: 3, run: read },
          ],
        };
      },
    },
  },
} satisfies Rehearsal<string>;

/** A comment is found by the marker that its text begins with, in a table that both sides have. */
async function commentsThere(db: pg.Pool, markers: string[]): Promise<Map<string, string[]>> {
  const { rows } = await db.query(
    `SELECT split_part(body, ' ', 1) AS marker, array_agg(id::text) AS ids FROM comments
     WHERE split_part(body, ' ', 1) = ANY ($1) GROUP BY 1`,
    [markers],
  );
  return new Map(rows.map(({ marker, ids }) => [marker, ids]));
}

async function versionsThere(
  db: pg.Pool,
  sent: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number>> {
  const { rows } = await db.query(
    `SELECT split_part(body, ' ', 1) AS marker, split_part(body, ' ', 2)::int AS version FROM comments
     WHERE split_part(body, ' ', 1) = ANY ($1)`,
    [[...sent.keys()]],
  );
  return new Map(rows.map(({ marker, version }) => [marker, version]));
}

/** Tokens as the shop's login gives them, signed with the secret of the copy. */
function headersOf({ id: username }: User<string>): Record<string, string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'shop', sub: username, username, exp })}`;
  const signature = createHmac('sha256', process.env.SHOP_SECRET!).update(head).digest('base64url');
  return { authorization: `Token ${head}.${signature}` };
}
