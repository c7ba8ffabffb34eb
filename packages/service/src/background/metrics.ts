import { Gauge, type Registry, Summary } from 'prom-client';

type RepeatedWorkMetrics = {
  done(task: string, seconds: number): void;
  failed(task: string, seconds: number): void;
};

/** Metrics of what a service does of its own accord. All its parts share them. */
export function repeatedWorkMetrics(registry: Registry): RepeatedWorkMetrics {
  const duration = timesIn(registry, {
    name: 'repeated_work_seconds',
    help: 'Time of what the service does of its own accord, and how often it was done or failed',
    labelNames: ['task', 'outcome'],
  });
  const name = 'repeated_work_last_done_timestamp_seconds';
  const help = 'When a task was last done without a failure';
  const lastDone = (registry.getSingleMetric(name) ??
    new Gauge({ name, help, labelNames: ['task'], registers: [registry] })) as Gauge<'task'>;
  return {
    done: (task, seconds) => {
      duration.observe({ task, outcome: 'done' }, seconds);
      lastDone.setToCurrentTime({ task });
    },
    failed: (task, seconds) => duration.observe({ task, outcome: 'failed' }, seconds),
  };
}

type LeasedRowMetrics = {
  handled(queue: string, seconds: number): void;
  failed(queue: string, seconds: number): void;
};

/** Metrics of rows that are worked off. All queues of a service share them. */
export function leasedRowMetrics(registry: Registry): LeasedRowMetrics {
  const duration = timesIn(registry, {
    name: 'leased_row_seconds',
    help: 'Time for which a row of a queue was in hand, and how many were handled or failed',
    labelNames: ['queue', 'outcome'],
  });
  return {
    handled: (queue, seconds) => duration.observe({ queue, outcome: 'handled' }, seconds),
    failed: (queue, seconds) => duration.observe({ queue, outcome: 'failed' }, seconds),
  };
}

/** Sum and count: no quantiles, which cost and cannot be added up. */
function timesIn<Label extends string>(
  registry: Registry,
  { name, ...described }: { name: string; help: string; labelNames: Label[] },
): Summary<Label> {
  return (registry.getSingleMetric(name) ??
    new Summary({ name, ...described, percentiles: [], registers: [registry] })) as Summary<Label>;
}
