/**
 * Flags of V8 for a process that runs links (`execArgv`). Rows live for milliseconds: a young generation that grows to
 * tens of MiB would only keep their garbage, one of 1 MiB would hand rows on to the old generation, which V8 lets grow
 * to several times of what is alive before it looks. What is alive is so little that threads which help to collect it
 * take longer to meet than it takes without them, and the databases need the other cores.
 */
export const PROCESS_FLAGS: readonly string[] = [
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
  '--heap-growing-percent=20',
  '--no-parallel-scavenge',
  '--no-concurrent-marking',
];
