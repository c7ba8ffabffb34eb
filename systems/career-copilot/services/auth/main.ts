import { defineService } from '@banyan/service';
import { Config, routes } from './routes.ts';

/** Accounts, logins and tokens. */
export const auth = defineService({
  name: 'auth',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  routes,
});

if (import.meta.main) await auth.run();
