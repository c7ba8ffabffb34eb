import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { command, defineContracts, event } from './contracts.ts';
import { eventing } from './eventing.ts';
import { defineSaga } from './saga/index.ts';

const data = Type.Object({ id: Type.Integer() });
const stated = { version: 1, key: 'id', data } as const;
const contracts = defineContracts({
  system: 'shop',
  events: {
    OrderPlaced: event({ service: 'orders', ...stated }),
    OrderPaid: event({ service: 'orders', ...stated }),
    LetterSent: event({ service: 'letters', ...stated }),
  },
  commands: { SendLetter: command({ service: 'letters', ...stated }) },
});
const sending = { by: 'command', service: 'letters', name: 'SendLetter' };
const heard = (part: { takes?: readonly { by: string; name: string }[] }) =>
  part.takes!.filter(({ by }) => by === 'event').map(({ name }) => name);

describe('what a service hears', () => {
  it('is what it handles, alone or together, and what its sagas start on', () => {
    const saga = defineSaga('thanks', {
      input: data,
      startOn: { event: 'LetterSent', input: () => ({ id: 1 }) },
      steps: (list) => list.step('thank', { action: async () => {} }),
    });
    const part = eventing(contracts, {
      on: { OrderPaid: async () => {} },
      onBatch: { OrderPlaced: async () => {} },
      sagas: [saga],
    });
    assert.deepEqual(part.takes, [
      { by: 'event', service: 'orders', name: 'OrderPlaced' },
      { by: 'event', service: 'orders', name: 'OrderPaid' },
      { by: 'event', service: 'letters', name: 'LetterSent' },
      sending,
    ]);
    assert.deepEqual(heard(eventing(contracts)), []);
  });

  it('is all that its contracts have where only a running service could say which', () => {
    assert.deepEqual(heard(eventing(contracts, () => ({ on: { OrderPaid: async () => {} } }))), [
      'OrderPlaced',
      'OrderPaid',
      'LetterSent',
    ]);
  });
});
