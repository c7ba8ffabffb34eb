import { defineService } from '@banyan/service';
import { Config, routes } from './routes.ts';

/** Profiles, preferences and privacy. */
export const users = defineService({
  name: 'users',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  routes,
});

if (import.meta.main) await users.run();
