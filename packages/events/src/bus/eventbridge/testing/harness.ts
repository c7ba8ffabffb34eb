import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { BusHarness } from '../../testing/harness.ts';
import { queueName } from '../queues.ts';

/** What has EventBridge's and SQS's protocols, and how it is cut off and ended. */
export type AwsServer = { endpoint: string; cut(): void; close(): Promise<void> };

/** For the contract of a bus, on whatever has AWS's protocols. */
export function eventBridgeHarness(aws: AwsServer): BusHarness {
  // The SDK insists on some.
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  const at = { region: 'eu-central-1', endpoint: aws.endpoint };
  const sqs = new SQSClient(at);
  const put = async (queue: string, text: string) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
  };
  return {
    putRubbish: (group, text) => put(queueName('suite', group, 'messages'), text),
    putDeadRubbish: (group, text) => put(queueName('suite', group, 'dead'), text),
    delayMs: 1000,
    url: `eventbridge://${at.region}/suite?endpoint=${encodeURIComponent(at.endpoint)}`,
    cut: async () => aws.cut(),
    async close() {
      sqs.destroy();
      await aws.close();
    },
  };
}
