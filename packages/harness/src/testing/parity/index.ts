/** For tests in which nobody can tell whether the monolith answers or a service. */
export {
  assertSameReply,
  bothSides,
  type Call,
  comparable,
  copyRows,
  type Reply,
  send,
  sendBoth,
  type TableMapping,
} from './answers.ts';
export { type OldSide, planFor, startOldSide } from './old-side.ts';
export { differencesOfApi, operationNames } from './openapi.ts';
