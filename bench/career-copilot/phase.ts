import type { PhaseOf, Result } from '../phases.ts';

/** A figure that this run does not have, and why. */
export type Missing = { name: string; why: string };
export type Found = { results: Result[]; missing: Missing[] };

export type Phase = PhaseOf<
  {
    /** That are searched. */
    postings: number;
    /** How often each figure's question is asked. */
    queries: number;
  },
  Found
>;
