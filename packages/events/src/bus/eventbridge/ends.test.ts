import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deadLetters, inbox, message, messages } from '../testing/messages.ts';
import { openEventBridgeBus } from './eventbridge.ts';
import { queueName } from './queues.ts';
import { startAwsDouble } from './testing/aws-double.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

test('a message whose processes ended comes alone, and is a dead letter when that was so too often', async (t) => {
  const aws = await startAwsDouble();
  const at = { region: 'eu-central-1', endpoint: aws.endpoint };
  const sqs = new SQSClient(at);
  const bus = await openEventBridgeBus({ name: 'suite', ...at });
  t.after(async () => {
    await bus.close();
    sqs.destroy();
    await aws.close();
  });
  const first = await bus.subscribe(inbox().as('reports', ['Rated']));
  await first.stop();
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: queueName('suite', 'reports', 'messages') }),
  );
  /** What a process that ends with all of them in flight leaves behind. */
  const end = () =>
    sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));

  await bus.publish([message('Rated', 'poison')]);
  for (let receipts = 0; receipts < 9; receipts++) await end();
  await bus.publish(messages(3, 'Rated'));
  for (let receipts = 9; receipts < 13; receipts++) await end();
  let inFlight = 0;
  const got = inbox(async ({ subject }) => {
    assert.notEqual(subject, 'poison');
    assert.equal(++inFlight, 1, 'alone');
    await new Promise((resolve) => setImmediate(resolve));
    inFlight--;
  });
  await bus.subscribe(got.as('reports', ['Rated']));
  const [letter] = await deadLetters(bus, 'reports', 1);
  assert.equal(letter?.message.subject, 'poison');
  assert.match(letter.reason, /process ended each time/);
  await got.until(3);
  assert.deepEqual(
    got.deliveries.map(({ attempt }) => attempt),
    [3, 3, 3],
  );
});
