export type Result = { name: string; value: number; unit: string };
/** A figure that this run does not have, and why. */
export type Missing = { name: string; why: string };

/** One thing that is measured, with databases of its own on a server of the benchmark's. */
export type Phase = (given: {
  createDatabase(name: string): Promise<string>;
  /** That are searched. */
  postings: number;
  /** How often each figure's question is asked. */
  queries: number;
}) => Promise<{ results: Result[]; missing: Missing[] }>;
