export {
  defineSaga,
  type Saga,
  type SagaContext,
  type SagaDefinition,
} from './define.ts';
export { once, undo } from './effects.ts';
export { Refused, SagaError, type SagaErrorCode } from './errors.ts';
export type { SagaStatus } from './records.ts';
export type { Sagas } from './sagas.ts';
export type { AnySaga } from './start.ts';
