import { Counter, Histogram, type Registry } from 'prom-client';

export type SagaMetrics = {
  started(saga: string): void;
  ended(saga: string, state: 'COMPLETED' | 'FAILED', seconds: number): void;
  stuck(saga: string): void;
};

/** Metrics of sagas, by saga. */
export function sagaMetrics(registry: Registry | undefined): SagaMetrics {
  if (!registry) return { started() {}, ended() {}, stuck() {} };
  const counter = (name: string, help: string) =>
    (registry.getSingleMetric(name) as Counter<'saga'> | undefined) ??
    new Counter({ name, help, labelNames: ['saga'], registers: [registry] });
  const started = counter('sagas_started_total', 'Sagas whose first step was begun');
  const completed = counter('sagas_completed_total', 'Sagas whose steps all succeeded');
  const failed = counter('sagas_failed_total', 'Sagas that failed and were compensated');
  const stuck = counter(
    'sagas_stuck_total',
    'Times a compensation failed at every attempt and waits for an operator',
  );
  const name = 'saga_duration_seconds';
  const duration =
    (registry.getSingleMetric(name) as Histogram<'saga' | 'state'> | undefined) ??
    new Histogram({
      name,
      help: 'From the start of a saga to its end, waits included',
      labelNames: ['saga', 'state'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 86_400, 604_800],
      registers: [registry],
    });
  return {
    started: (saga) => started.inc({ saga }),
    ended(saga, state, seconds) {
      (state === 'COMPLETED' ? completed : failed).inc({ saga });
      duration.observe({ saga, state }, seconds);
    },
    stuck: (saga) => stuck.inc({ saga }),
  };
}
