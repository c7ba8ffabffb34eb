import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELIVERY_STATES } from '../../../api/notifications.ts';
import { isUnderWay, outcomeOf, partsOf } from './outcome.ts';

test('a reason has a word, perhaps with what the other side said, or is as it came', () => {
  assert.deepEqual(partsOf('NO_SUCH_ADDRESS'), { word: 'NO_SUCH_ADDRESS', detail: null });
  assert.deepEqual(partsOf('BOUNCED 5.1.1'), { word: 'BOUNCED', detail: '5.1.1' });
  assert.equal(partsOf('550 Mailbox is full'), null);
});

test('somebody who waits for a message is told how far it is, and no longer asked for it than it changes', () => {
  assert.deepEqual(
    DELIVERY_STATES.map((state) => [state, outcomeOf({ state, reason: null }), isUnderWay(state)]),
    [
      ['queued', 'queued', true],
      ['sending', 'queued', true],
      ['sent', 'sent', false],
      ['delivered', 'delivered', false],
      ['failed', 'failed', false],
      ['bounced', 'failed', false],
      ['suppressed', 'over', false],
    ],
  );
  assert.equal(outcomeOf({ state: 'queued', reason: '451 come again later' }), 'waiting');
  assert.equal(isUnderWay(undefined), true);
});
