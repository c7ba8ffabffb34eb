import { defineContracts } from '@banyan/events';
import { contracts as applications } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/integrations.ts';
import { contracts as jobs } from '../../contracts/jobs.ts';

/** What integrations says and hears. */
export const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...auth.events, ...applications.events, ...jobs.events },
});
