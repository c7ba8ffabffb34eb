import { busContract } from '../contract-suite.ts';
import { startAwsDouble } from './aws-double.ts';
import { openEventBridgeBus } from './eventbridge.ts';

// Against a double of their protocols: EventBridge and SQS themselves can be had from AWS only.
busContract('eventbridge', async () => {
  const aws = await startAwsDouble();
  // The SDK insists on some.
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  return {
    delayMs: 1000,
    connect: () => openEventBridgeBus({ name: 'suite', region: 'eu-central-1', endpoint: aws.endpoint }),
    cut: async () => aws.cut(),
    close: () => aws.close(),
  };
});
