/** What the example service says to the others. What it answers to clients is in api/example.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { SYSTEM } from './common.ts';

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    ExampleEntryAdded: event({
      service: 'example',
      summary: 'Somebody has added an entry.',
      version: 1,
      // Events of one user keep their order.
      key: 'userId',
      data: Type.Object({ userId: Type.String(), entryId: Type.Integer() }),
    }),
  },
});
