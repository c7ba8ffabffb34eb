export { asyncApi, messagesPage } from './asyncapi.ts';
export type { Bus, DeadLetter, DeadLetters, Delivery, Subscriber, Subscription } from './bus/bus.ts';
export { openBus } from './bus/open.ts';
export { openPostgresBus, type PostgresBusOptions } from './bus/postgres/postgres.ts';
export {
  type CommandContract,
  type Contracts,
  command,
  type DataOf,
  defineContracts,
  type EventContract,
  event,
  type MessageContract,
} from './contracts.ts';
export type {
  BatchHandler,
  EventingDefinition,
  EventingHost,
  Events,
  Handler,
  HandlerContext,
} from './definition.ts';
export type { Envelope } from './envelope.ts';
export { EventsError, type EventsErrorCode, isPermanent } from './errors.ts';
export { eventing } from './eventing.ts';
export { applyInboxSchema, processOnce, sweepInbox } from './inbox/inbox.ts';
export { Messages } from './messages.ts';
export {
  applyOutboxSchema,
  createPublisher,
  type Publish,
  type PublishOptions,
  type Send,
} from './outbox/publish.ts';
export { type Relay, type RelayOptions, startRelay } from './outbox/relay/relay.ts';
export { defineProjection, type Projection, type Tables } from './projection/define.ts';
export { createProjector, type Projector, type ProjectorOptions } from './projection/projector.ts';
export type { ProjectionStatus } from './projection/status.ts';
export {
  type AnySaga,
  applySagaSchema,
  type Call,
  createSagas,
  defineSaga,
  once,
  openSagaOperator,
  Refused,
  type RemoteStep,
  SAGA_STATES,
  type Saga,
  type SagaContext,
  type SagaDefinition,
  type SagaDetails,
  type SagaEnd,
  SagaError,
  type SagaErrorCode,
  type SagaFilter,
  type SagaLog,
  type SagaOperator,
  type SagaState,
  type SagaStatus,
  type SagaStepRecord,
  type Sagas,
  type SagasOptions,
  type Started,
  type StartOptions,
  type StepList,
  type TransactionStep,
  type UndoCall,
  undo,
  type WaitContext,
  type WaitStep,
} from './saga/index.ts';
export {
  type Decider,
  type Handled,
  type HandleOptions,
  handle,
  type Loaded,
  load,
  stateAt,
} from './store/decider/decider.ts';
export { type Given, specify } from './store/decider/given.ts';
export { EventStoreError, type EventStoreErrorCode } from './store/errors.ts';
export type { MasterKeys } from './store/keys.ts';
export {
  createEventStore,
  type EventStore,
  type EventStoreOptions,
  type ReadAllOptions,
  SUBJECT_FORGOTTEN,
} from './store/store.ts';
export {
  type Appended,
  type AppendOptions,
  type AuditFilter,
  type DomainEvent,
  type ExpectedVersion,
  FORGOTTEN,
  type NewEvent,
  type RecordedEvent,
  type StoredType,
  type StreamRange,
} from './store/types.ts';
