import type { FastifyInstance } from 'fastify';
import { type AnswerWithPage, pages } from './pages.ts';
import { postToApi } from './public-api.ts';
import { sessionRoutes } from './session.ts';

export type WebOptions = {
  /** With the built web in it. */
  folder: string;
  /** The public API as everybody reaches it, which is the gateway; left out: the application's own. */
  apiUrl?: string;
  /** How long a refresh token is good: so long a browser keeps it. */
  refreshTokenDays: number;
};

/**
 * Serves the web beside an application that has the public API: its pages and assets, and the session of a page. Returns what the
 * application's handler of unknown routes asks first.
 */
export async function serveWeb(
  app: FastifyInstance,
  { folder, apiUrl, refreshTokenDays }: WebOptions,
): Promise<AnswerWithPage> {
  await app.register(async (session) =>
    sessionRoutes(session, { post: postToApi(app, apiUrl), refreshTokenDays }),
  );
  return await pages(app, folder);
}
