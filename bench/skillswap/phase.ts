import type { PhaseOf, Result } from '../phases.ts';

export type Found = { results: Result[]; ratios: Record<string, number> };

export type Phase = PhaseOf<
  {
    /** Of each round and contender. */
    transfers: number;
    rounds: number;
    /** Among whom matches are looked for, and who ask. */
    providers: number;
    seekers: number;
    /** Of one provider. */
    bookings: number;
  },
  Found
>;
