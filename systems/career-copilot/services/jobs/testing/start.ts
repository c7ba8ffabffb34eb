import type { RequestListener } from 'node:http';
import { startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';
import { jobs } from '../main.ts';

/** The service with a company and no jobs. `answer` stands for the rest of the system behind the gateway. */
export async function startJobs(answer?: RequestListener) {
  const gateway = await startGatewayDouble(answer);
  const env = await variablesOf('jobs', { API_URL: gateway.url });
  const service = await jobs.start(env);
  await service.pool.query(`INSERT INTO companies (name) VALUES ('Analytical Engines')`);
  return { service, gateway, env };
}
