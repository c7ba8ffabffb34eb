/** What the files of a system import: types of what they say, and what a `load.ts` is written with. */
export { idsByEmail, legacyToken, loginPromises } from './load/accounts.ts';
export {
  type Arrival,
  ended,
  exclusively,
  type Load,
  type LoadRun,
  latest,
  once,
  perUser,
} from './load/load.ts';
export { type KnownLogin, loginOperations } from './load/logins.ts';
export { lookingLoad } from './load/looking.ts';
export {
  acknowledgeMarked,
  type Changes,
  checkMarked,
  marker,
  markersBy,
  newestKnown,
  noChanges,
  rowsBy,
} from './load/marked.ts';
export type { User } from './load/population.ts';
export { readingLoad } from './load/reading.ts';
export type { Rehearsal } from './rehearse/load-file.ts';
export type { People } from './replay/people-file.ts';
export type { System, SystemData } from './system.ts';
