/** What runs events: buses, relay, inbox, projector, sagas, operators. Authors of services need `@banyan/events` only. */
export { asyncApi, messagesPage } from './asyncapi.ts';
export type { Bus, DeadLetter, DeadLetters, Delivery, Subscriber, Subscription } from './bus/bus.ts';
export { openBus } from './bus/open.ts';
export { openPostgresBus, type PostgresBusOptions } from './bus/postgres/postgres.ts';
export type { Contracts, MessageContract } from './contracts.ts';
export type { Envelope } from './envelope.ts';
export { EventsError, isPermanent } from './errors.ts';
export { type BackfillOptions, backfill, beginStreams, forgetStreams } from './facts/backfill.ts';
export { type FromRows, type StreamOf, tablesOf } from './facts/from-rows.ts';
export { type ReplicatedFacts, type ReplicatedTransaction, replicatedFacts } from './facts/replicated.ts';
export type { Walked } from './facts/walk-rows.ts';
export {
  type BackfillStatus,
  listBackfills,
  noteFailure,
  type Wanted,
  wantBackfill,
  wantedBackfills,
} from './facts/wanted.ts';
export { applyInboxSchema, processOnce, sweepInbox } from './inbox/inbox.ts';
export { Messages } from './messages.ts';
export { applyOutboxSchema, createPublisher, type Publish, type Send } from './outbox/publish.ts';
export { slotName } from './outbox/relay/position.ts';
export { type Relay, type RelayOptions, startRelay } from './outbox/relay/relay.ts';
export { openProjectionOperator, type ProjectionOperator } from './projection/operator.ts';
export { createProjector, type Projector, type ProjectorOptions } from './projection/projector.ts';
export type { ProjectionStatus } from './projection/status.ts';
export { applySagaSchema } from './saga/effects.ts';
export { openSagaOperator, type SagaOperator } from './saga/operator.ts';
export type { SagaDetails, SagaFilter, SagaState, SagaStatus, SagaStepRecord } from './saga/records.ts';
export { createSagas, type SagasOptions } from './saga/sagas.ts';
export { createEventStore, type EventStoreOptions } from './store/store.ts';
