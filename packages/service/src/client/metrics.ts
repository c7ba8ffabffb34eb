import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type CallMetrics = {
  /** `outcome`: `ok`, or the code of the `CallError`; `fallback` when a fallback stood in. */
  called(target: string, operation: string, outcome: string, seconds: number): void;
  retried(target: string, operation: string): void;
  circuit(target: string, state: number): void;
};

/** Metrics of calls to other services. Several clients of one process share them. */
export function callMetrics(registry: Registry | undefined): CallMetrics {
  if (!registry) return { called() {}, retried() {}, circuit() {} };
  const registers = [registry];
  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make();
  const duration = once(
    'client_call_duration_seconds',
    () =>
      new Histogram({
        name: 'client_call_duration_seconds',
        help: 'Time of a call to another service with all its attempts',
        labelNames: ['target', 'operation', 'outcome'],
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        registers,
      }),
  );
  const retries = once(
    'client_retries_total',
    () =>
      new Counter({
        name: 'client_retries_total',
        help: 'Attempts of calls to another service after the first',
        labelNames: ['target', 'operation'],
        registers,
      }),
  );
  const circuit = once(
    'client_circuit_state',
    () =>
      new Gauge({
        name: 'client_circuit_state',
        help: 'Circuit breaker per service: 0 closed, 1 open, 2 half open',
        labelNames: ['target'],
        registers,
      }),
  );
  return {
    called: (target, operation, outcome, seconds) =>
      duration.observe({ target, operation, outcome }, seconds),
    retried: (target, operation) => retries.inc({ target, operation }),
    circuit: (target, state) => circuit.set({ target }, state),
  };
}
