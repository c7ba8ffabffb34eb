export {
  type Call,
  defineSaga,
  type RemoteStep,
  type Saga,
  type SagaContext,
  type SagaDefinition,
  type StepList,
  type TransactionStep,
  type UndoCall,
  type WaitContext,
  type WaitStep,
} from './define.ts';
export { applySagaSchema, once, undo } from './effects.ts';
export { Refused, SagaError, type SagaErrorCode } from './errors.ts';
export type { SagaEnd, SagaLog } from './host.ts';
export { openSagaOperator, type SagaOperator } from './operator.ts';
export {
  SAGA_STATES,
  type SagaDetails,
  type SagaFilter,
  type SagaState,
  type SagaStatus,
  type SagaStepRecord,
} from './records.ts';
export { createSagas, type Sagas, type SagasOptions } from './sagas.ts';
export type { AnySaga, Started, StartOptions } from './start.ts';
