import { Registry } from 'prom-client';
import { upstreamsOf } from '../worker/compiled-table.ts';
import type { Worker } from '../worker/worker.ts';
import { BOUNDS_MS, type Stats } from './stats.ts';

type Counts = keyof Stats['counts'];

/** Counters that are plain numbers in `Stats.counts`. */
const COUNTERS: [count: Counts, name: string, help: string][] = [
  ['holdExpired', 'hold_expired_total', 'Requests that were held too long and got a 503'],
  ['fencesOpened', 'fences_opened_total', 'Fences this worker has held requests for'],
  ['fencesAcknowledged', 'fences_acknowledged_total', 'Fences this worker has acknowledged'],
  ['retries', 'retries_total', 'Requests sent to another instance after a failure'],
  ['rescued', 'rescues_total', 'Requests answered by the monolith after the service failed'],
  ['settled', 'settles_total', 'Answers held until the other side had the write'],
  ['settleTimeouts', 'settle_timeouts_total', 'Answers released before the other side had the write'],
  ['limited', 'rate_limited_total', 'Requests refused by the rate limit'],
  ['refused', 'refused_total', 'Requests refused because they were ambiguous or not valid'],
  ['shadowed', 'shadow_compared_total', 'Answers compared with the other side'],
  [
    'shadowSkipped',
    'shadow_skipped_total',
    'Answers not compared: sampling, concurrency, size, or users waited',
  ],
  ['shadowNoise', 'shadow_noise_total', 'Differences that were noise or a row in flight'],
  ['mismatches', 'mismatches_total', 'Answers that differ'],
  ['clientGone', 'client_gone_total', 'Requests whose client went away before the answer'],
  [
    'slowClients',
    'slow_clients_total',
    'Requests cut off because their client did not send or take anything',
  ],
  ['busy', 'busy_total', 'Requests that found no place at an upstream in time'],
  ['upgrades', 'upgrades_total', 'WebSocket connections passed through'],
  ['connectionsRefused', 'connections_refused_total', 'Connections closed because too many were open'],
];

/**
 * Prometheus metrics of a worker. The hot path counts in plain numbers; prom-client reads them when it is asked,
 * because its own counters cost a hash of their labels per request.
 */
export function gatewayMetrics(worker: Worker): Registry {
  const registry = new Registry();
  const metric = (name: string, help: string, type: string, values: () => Sample[]) => {
    registry.registerMetric(new Computed(`banyan_gateway_${name}`, help, type, values) as never);
  };
  const { stats } = worker;
  metric('requests_total', 'Requests by route, side and status class (0: no answer)', 'counter', () =>
    [...stats.cells()].flatMap((cell) =>
      [...cell.statuses].flatMap((value, index) =>
        value === 0
          ? []
          : [{ labels: { ...labelsOf(cell), status: index === 0 ? '0' : `${index}xx` }, value }],
      ),
    ),
  );
  metric('failures_total', 'Failed requests by route, side and reason, also if rescued', 'counter', () =>
    [...stats.cells()].flatMap((cell) =>
      [...cell.reasons].map(([reason, value]) => ({ labels: { ...labelsOf(cell), reason }, value })),
    ),
  );
  metric('upstream_seconds', 'Time from sending a request to the head of its answer', 'histogram', () =>
    [...stats.cells()].flatMap((cell) => (cell.requests === 0 ? [] : histogramOf(cell))),
  );
  for (const [count, name, help] of COUNTERS) {
    metric(name, help, 'counter', () => [{ labels: {}, value: stats.counts[count] }]);
  }
  const gauges: [string, string, () => number][] = [
    ['hold_seconds_max', 'Longest time a request was held', () => stats.counts.longestHoldMs / 1000],
    ['connections', 'Connections of clients open now', () => worker.connections],
    ['held', 'Requests held now', () => worker.holds.heldNow],
    ['in_flight_unsafe', 'Unsafe requests that an upstream may be executing', () => worker.holds.inFlightNow],
    ['fences_open', 'Fences open now', () => worker.holds.fences.length],
    ['leased', '1 while this worker has a lease', () => (worker.holds.leased ? 1 : 0)],
    [
      'shadow_resting',
      '1 while few answers are compared because users wait',
      () => (worker.shadow.throttled ? 1 : 0),
    ],
    ['table_version', 'Version of the route table that applies', () => worker.compiled.table.version],
  ];
  for (const [name, help, read] of gauges) metric(name, help, 'gauge', () => [{ labels: {}, value: read() }]);
  metric('hold_seconds_sum', 'Time requests were held, summed', 'counter', () => [
    { labels: {}, value: stats.counts.holdMsSum / 1000 },
  ]);
  metric('holds_total', 'Requests that were held', 'counter', () => [
    { labels: {}, value: stats.counts.held },
  ]);
  metric('instance_unhealthy', 'Workers whose health checks find the instance unwell', 'gauge', () =>
    upstreamsOf(worker.compiled).flatMap(({ name, instances }) =>
      instances.map(({ origin, healthy }) => ({
        labels: { upstream: name, instance: origin.url },
        value: healthy ? 0 : 1,
      })),
    ),
  );
  metric('breaker_open', '0 closed, 1 half open, 2 open', 'gauge', () =>
    upstreamsOf(worker.compiled).map(({ name, breaker }) => ({
      labels: { upstream: name },
      value: { closed: 0, 'half-open': 1, open: 2 }[breaker.state],
    })),
  );
  metric('shadow_noise_fields_total', 'Noise by route and field', 'counter', () =>
    [...worker.shadow.noise].map(([id, value]) => {
      const at = id.lastIndexOf(' ');
      return { labels: { route: id.slice(0, at), field: id.slice(at + 1) }, value };
    }),
  );
  return registry;
}

type Sample = { labels: Record<string, string>; value: number; metricName?: string };

/** A metric whose values are computed when they are asked for. */
class Computed {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator = 'sum';
  readonly #values: () => Sample[];

  constructor(name: string, help: string, type: string, values: () => Sample[]) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#values = values;
  }

  async get(): Promise<unknown> {
    return {
      name: this.name,
      help: this.help,
      type: this.type,
      aggregator: this.aggregator,
      values: this.#values(),
    };
  }
}

function labelsOf(cell: { service: string; route: string; side: string }): Record<string, string> {
  return { service: cell.service, route: cell.route, side: cell.side };
}

function histogramOf(
  cell: Parameters<typeof labelsOf>[0] & {
    latency: Float64Array;
    latencySumMs: number;
    requests: number;
  },
): Sample[] {
  const labels = labelsOf(cell);
  const name = 'banyan_gateway_upstream_seconds';
  let sum = 0;
  const buckets = [...cell.latency].map((count, i): Sample => {
    sum += count;
    const bound = BOUNDS_MS[i];
    const le = bound === undefined ? '+Inf' : String(bound / 1000);
    return { labels: { ...labels, le }, value: sum, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: cell.latencySumMs / 1000, metricName: `${name}_sum` },
    { labels, value: cell.requests, metricName: `${name}_count` },
  ];
}
