/** What authors of services need. What runs it is in `@banyan/events/machinery`. */
export {
  type CommandContract,
  type Contracts,
  command,
  type DataOf,
  defineContracts,
  type EventContract,
  event,
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
export { EventsError, type EventsErrorCode } from './errors.ts';
export { eventing } from './eventing.ts';
export { changedFields } from './facts/changed-fields.ts';
export type { Circumstances, Fact, Facts, FromRows, StreamOf, TableFacts } from './facts/from-rows.ts';
export type { PublishOptions } from './outbox/publish.ts';
export { defineProjection, type Projection, type Tables } from './projection/define.ts';
export {
  defineSaga,
  once,
  Refused,
  type Saga,
  type SagaContext,
  type SagaDefinition,
  SagaError,
  type SagaErrorCode,
  type Sagas,
  undo,
} from './saga/index.ts';
export { type Decider, type Handled, handle, stateAt } from './store/decider/decider.ts';
export { type Given, specify } from './store/decider/given.ts';
export { EventStoreError, type EventStoreErrorCode } from './store/errors.ts';
export type { EventStore } from './store/store.ts';
export { FORGOTTEN, type NewEvent, type RecordedEvent } from './store/types.ts';
