import { randomBytes } from 'node:crypto';
import { testServer } from '@banyan/postgres/testing';

/** What each service is told in a test: cheap hashes, since a test makes many, and no word to the terminal. */
export const OF_TESTS = { BCRYPT_COST: '4', LOG_LEVEL: 'silent' };

/** What a service is told that is started alone, on a database and a bus of its own. `more` counts more. */
export async function variablesOf(
  service: string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const server = await testServer();
  return {
    ...OF_TESTS,
    DATABASE_URL: await server.database(service),
    BUS_URL: await server.database('bus'),
    ENCRYPTION_KEYS: randomBytes(32).toString('base64url'),
    ...more,
  };
}
