import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { busContract } from '../contract-suite.ts';
import { startAwsDouble } from './aws-double.ts';
import { openEventBridgeBus } from './eventbridge.ts';
import { queueName } from './queues.ts';

// Against a double of their protocols: EventBridge and SQS themselves can be had from AWS only.
busContract('eventbridge', async () => {
  const aws = await startAwsDouble();
  // The SDK insists on some.
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  const sqs = new SQSClient({ region: 'eu-central-1', endpoint: aws.endpoint });
  const put = async (queue: string, text: string) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
  };
  return {
    putRubbish: (group, text) => put(queueName('suite', group, 'messages'), text),
    putDeadRubbish: (group, text) => put(queueName('suite', group, 'dead'), text),
    delayMs: 1000,
    connect: () => openEventBridgeBus({ name: 'suite', region: 'eu-central-1', endpoint: aws.endpoint }),
    cut: async () => aws.cut(),
    close: () => aws.close(),
  };
});
