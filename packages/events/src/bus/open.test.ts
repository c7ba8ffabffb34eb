import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventBridgeOptions, kafkaOptions, openBus } from './open.ts';

test('a Kafka URL names brokers, prefix, partitions, TLS and user', () => {
  assert.deepEqual(kafkaOptions('kafka://one:9092,two:9092'), { brokers: ['one:9092', 'two:9092'] });
  assert.deepEqual(kafkaOptions('kafka+ssl://me:p%40ss@one:9093/shop?partitions=6&replicas=3'), {
    brokers: ['one:9093'],
    prefix: 'shop',
    partitions: 6,
    replicas: 3,
    tls: {},
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'me', password: 'p@ss' },
  });
});

test('an EventBridge URL names region and event bus', () => {
  assert.deepEqual(eventBridgeOptions('eventbridge://eu-central-1/shop'), {
    region: 'eu-central-1',
    name: 'shop',
  });
});

test('a URL of another kind is refused without its secrets', async () => {
  await assert.rejects(openBus('amqp://me:secret@host'), (error: Error & { code: string }) => {
    assert.equal(error.code, 'BUS_URL');
    assert.match(error.message, /amqp/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});
