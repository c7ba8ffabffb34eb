import type { Registry } from 'prom-client';

export type Observe = (seconds: number) => void;

/** Upper bounds in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

type Series = { labels: Record<string, string>; counts: number[]; sum: number };

/**
 * A histogram in prom-client's registry whose series are looked up once, not at each observation: what a request costs is
 * a handful of additions. Returns the way to a series, made when first asked for.
 */
export function createDurations(
  name: string,
  help: string,
  registry: Registry,
): (labels: Record<string, string>) => Observe {
  const all = new Map<string, Series>();
  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    get: async () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...all.values()].flatMap((series) => valuesOf(name, series)),
    }),
  };
  // The registry asks no more of a metric than this, though its types do.
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
  return (labels) => {
    const key = JSON.stringify(labels);
    let series = all.get(key);
    if (!series) {
      series = { labels, counts: new Array(BOUNDS.length + 1).fill(0), sum: 0 };
      all.set(key, series);
    }
    return observerOf(series);
  };
}

function observerOf(series: Series): Observe {
  return (seconds) => {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket += 1;
    series.counts[bucket]! += 1;
    series.sum += seconds;
  };
}

/** In the exposition each bucket also counts all smaller ones. */
function valuesOf(name: string, { labels, counts, sum }: Series) {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return {
      metricName: `${name}_bucket`,
      labels: { le: index < BOUNDS.length ? BOUNDS[index]! : '+Inf', ...labels },
      value: below,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
}
