import { randomUUID } from 'node:crypto';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { createMonolith, type MonolithOptions } from '../app.ts';
import { connect, createTables } from '../database.ts';

// biome-ignore lint/suspicious/noExplicitAny: each test reads what it expects
export type Json = any;

type Call = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  payload?: object,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: Json; type: string | undefined }>;

export type Person = { id: string; email: string; call: Call };

export type World = {
  pool: pg.Pool;
  /** Somebody who is not logged in. */
  nobody: Call;
  /** Somebody new, who is logged in. */
  person(fullName?: string): Promise<Person>;
  admin(): Promise<Person>;
  /** Skills of a category of their own; their ids. */
  skills(count: number): Promise<string[]>;
  stop(): Promise<void>;
};

/** A monolith on an empty database. */
export async function startWorld(options: MonolithOptions = {}): Promise<World> {
  const pool = connect(await (await testServer()).database('skillswap'));
  await createTables(pool);
  const settings = { jwtSecret: 'secret', bcryptCost: 4, accessTokenSeconds: 600, refreshTokenDays: 30 };
  const app = await createMonolith(pool, settings, options);

  const as =
    (token?: string): Call =>
    async (method, path, payload, headers = {}) => {
      const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const url = path.startsWith('/openapi') ? path : `/api/v1${path}`;
      const answer = await app.inject({ method, url, payload, headers: { ...authorization, ...headers } });
      const body = answer.body === '' ? null : answer.json();
      return { status: answer.statusCode, body, type: answer.headers['content-type']?.toString() };
    };

  const person = async (fullName = 'A Person') => {
    const email = `${randomUUID()}@example.com`;
    const { body } = await as()('POST', '/auth/register', { email, password: 'a good password', fullName });
    return { id: body.user.id, email, call: as(body.accessToken) };
  };
  return {
    pool,
    nobody: as(),
    person,
    admin: async () => {
      const admin = await person('An Administrator');
      await pool.query(`UPDATE users_legacy SET role = 'ADMIN' WHERE id = $1`, [admin.id]);
      return admin;
    },
    skills: async (count) => {
      const { rows } = await pool.query<{ id: string }>(
        `WITH category AS (INSERT INTO skill_categories (name) VALUES (gen_random_uuid()) RETURNING id)
         INSERT INTO skills (category_id, name) SELECT category.id, 'Skill ' || n || ' ' || gen_random_uuid()
         FROM category, generate_series(1, $1) n RETURNING id`,
        [count],
      );
      return rows.map(({ id }) => id);
    },
    stop: async () => {
      await app.close();
      await pool.end();
    },
  };
}
