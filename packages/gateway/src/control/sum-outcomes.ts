import type { Outcome } from './evidence.ts';

const COUNTS = ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const;

/** One outcome for each route and side. */
export function sumOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  const sums = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const id = `${outcome.side} ${outcome.route}`;
    const sum = sums.get(id);
    if (sum) add(sum, outcome);
    else sums.set(id, { ...outcome, latency: { ...outcome.latency }, reasons: { ...outcome.reasons } });
  }
  return [...sums.values()];
}

function add(sum: Outcome, more: Outcome): void {
  for (const name of COUNTS) sum[name] += more[name];
  addEach(sum.latency, more.latency);
  addEach(sum.reasons, more.reasons);
}

function addEach<K extends string>(sum: Partial<Record<K, number>>, more: Partial<Record<K, number>>): void {
  for (const [name, count] of Object.entries(more) as [K, number][]) sum[name] = (sum[name] ?? 0) + count;
}
