import { defineContracts } from '@banyan/events';
import { contracts as recommendation } from '../../contracts/recommendation.ts';
import { contracts as session } from '../../contracts/session.ts';
import { contracts as own } from '../../contracts/skill.ts';
import { contracts as user } from '../../contracts/user.ts';

/** What skill says and hears. */
export const contracts = defineContracts({
  ...own,
  events: { ...own.events, ...user.events, ...session.events },
  commands: recommendation.commands,
});
