import { Gauge, type Registry, Summary } from 'prom-client';

type RepeatedWorkMetrics = {
  done(task: string, seconds: number): void;
  failed(task: string, seconds: number): void;
};

/** Metrics of what a service does of its own accord. All its parts share them. */
export function repeatedWorkMetrics(registry: Registry): RepeatedWorkMetrics {
  const registers = [registry];
  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make();
  const duration = once(
    'repeated_work_seconds',
    () =>
      new Summary({
        name: 'repeated_work_seconds',
        help: 'Time of what the service does of its own accord, and how often it was done or failed',
        labelNames: ['task', 'outcome'],
        percentiles: [],
        registers,
      }),
  );
  const lastDone = once(
    'repeated_work_last_done_timestamp_seconds',
    () =>
      new Gauge({
        name: 'repeated_work_last_done_timestamp_seconds',
        help: 'When a task was last done without a failure',
        labelNames: ['task'],
        registers,
      }),
  );
  return {
    done: (task, seconds) => {
      duration.observe({ task, outcome: 'done' }, seconds);
      lastDone.setToCurrentTime({ task });
    },
    failed: (task, seconds) => duration.observe({ task, outcome: 'failed' }, seconds),
  };
}
