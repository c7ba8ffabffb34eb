/** How long a worker may finish what is in flight when it is told to stop, unless it is said otherwise, in milliseconds. */
export const DRAIN_MS = 30_000;
