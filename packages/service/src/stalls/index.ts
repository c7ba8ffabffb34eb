export { addStallMetrics } from './metrics.ts';
export { overlapMs, type Stall, watchStalls } from './watch.ts';
