import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresError } from '@banyan/postgres';
import { Left, SharedStream } from './shared-stream.ts';

const retrying = {
  kind: 'retrying',
  error: new PostgresError('WAL_SLOT_IN_USE', { slot: 'shared' }),
  attempt: 1,
  delayMs: 1,
} as const;

const aStream = () =>
  new SharedStream({ acked: 5n, wants: () => true, onAck: () => {}, onLeave: async () => {} });

test('whoever waits to join a slot that cannot be read waits no longer', async () => {
  const stream = aStream();
  stream.tell(retrying);
  await stream.settled;
  assert.match(stream.left!, /cannot be read/);
});

test('a connection that is lost later is waited for, as by a stream of its own', async () => {
  const stream = aStream();
  stream.take({ kind: 'start', lsn: 5n });
  stream.tell(retrying);
  assert.equal(stream.left, undefined);
});

test('a link that lets too much wait is told to leave, and what waited is forgotten', async () => {
  const stream = aStream();
  stream.take({ kind: 'start', lsn: 5n });
  const content = Buffer.alloc(1024 * 1024);
  for (let taken = 0; taken < 9; taken++)
    stream.take({ kind: 'message', transactional: true, lsn: 6n, prefix: 'p', content });
  await assert.rejects(async () => {
    for await (const messages of stream) assert.fail(`${messages.length} messages came`);
  }, Left);
});
