import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type Kind = 'counter' | 'gauge' | 'distribution';

/** One figure of the business: what it is, and by which labels it is told apart. Few values per label: each is a series. */
export type Metric<K extends Kind = Kind, Label extends string = string> = {
  kind: K;
  help: string;
  labels: readonly Label[];
  /** Upper bounds; of a distribution only. */
  buckets?: readonly number[];
};

/** By name; a dot becomes an underscore in what is exposed. */
export type MetricTable = Record<string, Metric>;

/** Only ever grows: `metrics.count('sessions.completed', { skill_category: 'music' })`. */
export function counter<const L extends string = never>(
  help: string,
  labels: readonly L[] = [],
): Metric<'counter', L> {
  return { kind: 'counter', help, labels };
}

/** What something is now: `metrics.gauge('queue_length', {}, 7)`. */
export function gauge<const L extends string = never>(
  help: string,
  labels: readonly L[] = [],
): Metric<'gauge', L> {
  return { kind: 'gauge', help, labels };
}

/** How values are spread, e.g. amounts: `metrics.observe('revenue', { currency: 'EUR' }, 25)`. */
export function distribution<const L extends string = never>(
  help: string,
  labels: readonly L[] = [],
  buckets: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000],
): Metric<'distribution', L> {
  return { kind: 'distribution', help, labels, buckets };
}

/** How long something takes, in seconds: `await metrics.time('matching_seconds', {}, () => match())`. */
export function timer<const L extends string = never>(
  help: string,
  labels: readonly L[] = [],
  buckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
): Metric<'distribution', L> {
  return { kind: 'distribution', help, labels, buckets };
}

/** A service's figures by name. A name that is not declared, or a label that is missing, does not compile. */
export type Metrics<T extends MetricTable> = {
  count<N extends Named<T, 'counter'>>(name: N, labels: LabelsOf<T, N>, by?: number): void;
  gauge<N extends Named<T, 'gauge'>>(name: N, labels: LabelsOf<T, N>, value: number): void;
  observe<N extends Named<T, 'distribution'>>(name: N, labels: LabelsOf<T, N>, value: number): void;
  /** The seconds that `run` takes, also when it throws. */
  time<N extends Named<T, 'distribution'>, R>(
    name: N,
    labels: LabelsOf<T, N>,
    run: () => Promise<R>,
  ): Promise<R>;
};

type Named<T extends MetricTable, K extends Kind> = {
  [N in keyof T & string]: T[N]['kind'] extends K ? N : never;
}[keyof T & string];
type LabelsOf<T extends MetricTable, N extends keyof T> = Record<T[N]['labels'][number], string | number>;

export function createMetrics<T extends MetricTable>(table: T, registry: Registry): Metrics<T> {
  const made = new Map(Object.entries(table).map(([name, metric]) => [name, make(name, metric, registry)]));
  const observe = (name: string, labels: Record<string, string | number>, value: number) =>
    (made.get(name) as Histogram).observe(labels, value);
  return {
    count: (name, labels, by = 1) => (made.get(name) as Counter).inc(labels, by),
    gauge: (name, labels, value) => (made.get(name) as Gauge).set(labels, value),
    observe,
    time: async (name, labels, run) => {
      const from = performance.now();
      try {
        return await run();
      } finally {
        observe(name, labels, (performance.now() - from) / 1000);
      }
    },
  };
}

function make(
  dotted: string,
  { kind, help, labels, buckets }: Metric,
  registry: Registry,
): Counter | Gauge | Histogram {
  const name = dotted.replaceAll('.', '_');
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === 'counter') return new Counter(common);
  if (kind === 'gauge') return new Gauge(common);
  return new Histogram({ ...common, buckets: [...buckets!] });
}
