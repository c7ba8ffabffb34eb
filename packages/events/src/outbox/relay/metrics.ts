import { Counter, Gauge, type Registry } from 'prom-client';
import type { Envelope } from '../../envelope.ts';

export function relayMetrics(
  registry: Registry,
  relay: { lagBytes(): Promise<number>; oldestMs(): Promise<number> },
) {
  const registers = [registry];
  const published = new Counter({
    name: 'banyan_events_published_total',
    help: 'Messages that the relay has brought to the bus',
    labelNames: ['type'],
    registers,
  });
  new Gauge({
    name: 'banyan_events_relay_lag_bytes',
    help: 'WAL that the relay has not passed yet',
    registers,
    async collect() {
      this.set(await relay.lagBytes().catch(() => Number.NaN));
    },
  });
  new Gauge({
    name: 'banyan_events_oldest_unpublished_seconds',
    help: 'Age of the oldest event that is not known to be on the bus, whoever relays',
    registers,
    async collect() {
      this.set(
        await relay.oldestMs().then(
          (ms) => ms / 1000,
          () => Number.NaN,
        ),
      );
    },
  });
  return {
    count(messages: readonly Envelope[]) {
      for (const [type, { length }] of Map.groupBy(messages, (message) => message.type))
        published.inc({ type }, length);
    },
    lagMs: new Gauge({
      name: 'banyan_events_relay_lag_ms',
      help: 'From commit to the bus, of the last batch',
      registers,
    }),
  };
}
