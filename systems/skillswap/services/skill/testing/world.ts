import { randomUUID } from 'node:crypto';
import type { Availability } from '../../../api/sessions.ts';
import type { SkillProfileChanges } from '../../../api/skills.ts';
import type { Answer } from '../../../kit/testing/service.ts';
import { startWithGateway } from '../../../kit/testing/world.ts';
import { skillBy } from '../main.ts';

export type Person = {
  id: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Changes what they say of themselves; the answer. */
  say(changes: Partial<SkillProfileChanges>): Promise<Answer>;
};

/** The service with people whom it knows, and skills. */
export async function startWorld(env: Record<string, string> = {}, clock: () => number = Date.now) {
  const world = await startWithGateway(skillBy(clock), env);
  const { pool } = world.service;

  const person = async ({ fullName = 'A Person', role = 'USER' } = {}): Promise<Person> => {
    const id = randomUUID();
    await pool.query('INSERT INTO people (id, full_name) VALUES ($1, $2)', [id, fullName]);
    await pool.query('INSERT INTO skill_profiles (user_id) VALUES ($1)', [id]);
    const call: Person['call'] = (method, path, body) => world.call(id, method, path, body, { role });
    return {
      id,
      call,
      say: async (changes) => {
        const { body } = await call('GET', `/skills/profiles/${id}`);
        const { headline, hourlyRate, budget, city, latitude, longitude, version } = body;
        const offered = body.offered.map(({ skillId, level }: Offered) => ({ skillId, level }));
        const wanted = body.wanted.map(({ skillId }: Offered) => ({ skillId }));
        const said = { headline, hourlyRate, budget, city, latitude, longitude, offered, wanted, version };
        return await call('PUT', `/skills/profiles/${id}`, { ...said, ...changes });
      },
    };
  };

  return {
    ...world,
    person,
    admin: () => person({ role: 'ADMIN' }),
    /** Skills of a category of their own; their ids. */
    skills: async (count: number): Promise<string[]> => {
      const { rows } = await pool.query<{ id: string }>(
        `WITH category AS (INSERT INTO skill_categories (name) VALUES (gen_random_uuid()) RETURNING id)
         INSERT INTO skills (category_id, name) SELECT category.id, 'Skill ' || n || ' ' || gen_random_uuid()
         FROM category, generate_series(1, $1) n RETURNING id`,
        [count],
      );
      return rows.map(({ id }) => id);
    },
    hasTime: async (userId: string, { zone, hours }: Availability): Promise<void> => {
      await pool.query(
        `INSERT INTO availability (user_id, zone, weekday, from_time, to_time)
         SELECT $1, $2, weekday, "from", "to" FROM json_to_recordset($3) AS hour (weekday smallint, "from" time, "to" time)`,
        [userId, zone, JSON.stringify(hours)],
      );
    },
    stands: async (userId: string, changes: { status?: string; privacy?: object }): Promise<void> => {
      await pool.query(
        'UPDATE people SET status = coalesce($2, status), privacy_settings = coalesce($3, privacy_settings) WHERE id = $1',
        [userId, changes.status, changes.privacy],
      );
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

type Offered = { skillId: string; level: string };
