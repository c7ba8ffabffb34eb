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
} from './answers.ts';
export { differencesOfApi, operationNames } from './openapi.ts';
