export { addStallMetrics } from './metrics.ts';
export { overlapMs, type Stall, type StallTotals, type StallWatch, watchStalls } from './watch.ts';
