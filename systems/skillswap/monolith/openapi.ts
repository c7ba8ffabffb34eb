import { openApiOf } from '@banyan/monolith';
import { createMonolith } from './app.ts';
import { connect } from './database.ts';

/** What the monolith answers to, whoever asks. */
export const openApi = () =>
  openApiOf({ connect, create: (pool, settings) => createMonolith(pool, settings) });
