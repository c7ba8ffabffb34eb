import type { Person } from '@banyan/ui/testing';

/** Pages take it that the service of accounts is there: they ask for its keys, which are not below the API. */
export async function authIsThere({ context }: Person): Promise<void> {
  await context.route('**/.well-known/jwks.json', (route) => route.fulfill({ json: { keys: [] } }));
}
