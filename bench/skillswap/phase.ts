export type Result = { name: string; value: number; unit: string };

/** One thing that is measured, with databases of its own on a server of the benchmark's. */
export type Phase = (given: {
  createDatabase(name: string): Promise<string>;
  /** Of each round and contender. */
  transfers: number;
  rounds: number;
}) => Promise<{ results: Result[]; ratios: Record<string, number> }>;
