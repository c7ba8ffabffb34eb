import { Type } from 'typebox';
import { defineContracts, event } from '../../../contracts.ts';
import { Messages } from '../../../messages.ts';
import { createPublisher } from '../../publish.ts';

const contracts = defineContracts({
  system: 'test',
  events: {
    Counted: event({
      service: 'counter',
      version: 1,
      key: 'who',
      data: Type.Object({ who: Type.String(), n: Type.Integer() }),
    }),
  },
});

/** Publishes what was counted, in order for each `who`. */
export const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'counter');
