import type { Runnable } from './run.ts';

const NOWHERE = 'postgresql://127.0.0.1/none';

/** A monolith's OpenAPI document. Nothing is started and no database is asked. */
export async function openApiOf({ connect, create }: Pick<Runnable, 'connect' | 'create'>): Promise<object> {
  // Connects when it is first asked, which nobody does.
  const pool = connect(NOWHERE);
  const settings = { jwtSecret: 'of nobody', bcryptCost: 4, accessTokenSeconds: 1, refreshTokenDays: 1 };
  const app = await create(pool, settings, 'silent');
  await app.ready();
  const document = app.swagger();
  await app.close();
  await pool.end();
  return document;
}
