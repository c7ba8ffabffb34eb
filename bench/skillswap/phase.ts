import type { PhaseOf, Result } from '../phases.ts';

export type Found = { results: Result[]; ratios: Record<string, number> };

export type Phase = PhaseOf<
  {
    /** Of each round and contender. */
    transfers: number;
    rounds: number;
  },
  Found
>;
