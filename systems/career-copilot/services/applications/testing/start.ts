import { type GatewayDouble, startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Answer, request } from '../../../kit/testing/request.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { applications } from '../main.ts';

export const ADA = 7;
export const SOMEBODY_ELSE = 8;
export const LOCKED = 9;
/** Of these ids; that of `CLOSED_JOB` is closed. */
export const OPEN_JOBS = 90;
export const CLOSED_JOB = 99;

/** The service with people, a company and its jobs, as replication would bring them; by itself, unless it is given others. */
export async function startApplications(
  env: Record<string, string> = {},
  given?: { gateway: GatewayDouble; databaseUrl: string },
) {
  const gateway = given?.gateway ?? (await startGatewayDouble());
  const service = await applications.start(
    await variablesOf('applications', {
      ...(given ? { DATABASE_URL: given.databaseUrl } : {}),
      API_URL: gateway.url,
      ...env,
    }),
  );
  await service.pool.query(`INSERT INTO users VALUES ($1, true), ($2, false) ON CONFLICT DO NOTHING`, [
    ADA,
    LOCKED,
  ]);
  await service.pool.query(`INSERT INTO companies VALUES (1, 'Analytical Engines') ON CONFLICT DO NOTHING`);
  await service.pool.query(
    `INSERT INTO jobs (id, company_id, title, is_active, description, requirements)
     SELECT id, 1, 'Engineer', id <= $1, 'To build engines, ' || id, '{brass}' FROM generate_series(1, $2::int) AS id ON CONFLICT DO NOTHING`,
    [OPEN_JOBS, CLOSED_JOB],
  );
  let jobs = 0;
  const as = (api?: string) => (user: number, method: string, path: string, body?: unknown) =>
    request(service.url, method, path, {
      token: gateway.token(user),
      body,
      ...(api === undefined ? {} : { api }),
    });
  const legacy = as();
  return {
    service,
    gateway,
    legacy: (user: number, method: string, path: string, body?: unknown): Promise<Answer> =>
      legacy(user, method, `/applications${path}`, body),
    tracking: as('/api/v2/applications'),
    /** A job that nobody has applied for in this file. */
    nextJob: () => ++jobs,
    stop: async () => {
      gateway.close();
      await service.close();
    },
  };
}

export type StartedApplications = Awaited<ReturnType<typeof startApplications>>;
