import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import { kafkaMissing, startKafka } from '../../../../../scripts/kafka/kafka.ts';
import { busContract } from '../testing/suite.ts';

const missing = await kafkaMissing();
if (missing) test('the kafka bus', { skip: `NOT RUN, no broker can be had: ${missing}` }, () => {});
else {
  busContract('kafka', async () => {
    const kafka = await startKafka();
    const prefix = `suite-${randomUUID().slice(0, 8)}`;
    const producer = new Producer({ clientId: 'rubbish', bootstrapBrokers: [kafka.address] });
    producer.on('error', () => {});
    const put = async (topic: string, text: string) => {
      await producer.send({
        messages: [{ topic, key: Buffer.from(text), value: Buffer.from(text) }],
        acks: -1,
      });
    };
    return {
      url: `kafka://${kafka.address}/${prefix}?partitions=3`,
      cut: () => kafka.restart(),
      // One of them among what is to be tried again.
      putRubbish: (group, text) =>
        put(text === '{}' ? `${prefix}.retry.${group}` : `${prefix}.messages`, text),
      putDeadRubbish: (_group, text) => put(`${prefix}.dead`, text),
      close: async () => {
        await producer.close(true);
        await kafka.stop();
      },
    };
  });
}
