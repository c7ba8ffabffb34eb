import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { kafkaMissing, startKafka } from '../../../../../scripts/kafka/kafka.ts';
import { busContract } from '../contract-suite.ts';
import { openKafkaBus } from './kafka.ts';

const missing = await kafkaMissing();
if (missing) test('the kafka bus', { skip: `NOT RUN, no broker can be had: ${missing}` }, () => {});
else {
  busContract('kafka', async () => {
    const kafka = await startKafka();
    const prefix = `suite-${randomUUID().slice(0, 8)}`;
    return {
      connect: () => openKafkaBus({ brokers: [kafka.address], prefix, partitions: 3 }),
      cut: () => kafka.restart(),
      close: () => kafka.stop(),
    };
  });
}
