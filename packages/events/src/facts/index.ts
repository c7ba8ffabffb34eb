/** What makes facts of replicated rows, for the applier: without buses and sagas, whose libraries are large. */
export type { Contracts } from '../contracts.ts';
export { type BackfillOptions, backfill, beginStreams, forgetTold } from './backfill.ts';
export { askedOwners, type Unheard, unheardBackfills } from './count-handled.ts';
export { type FromRows, type StreamOf, tablesOf } from './from-rows.ts';
export { type ReplicatedFacts, type ReplicatedTransaction, replicatedFacts } from './replicated.ts';
export type { Walked } from './walk-rows.ts';
export {
  type BackfillStatus,
  listBackfills,
  noteFailure,
  type Wanted,
  wantBackfill,
  wantedBackfills,
} from './wanted.ts';
