export type { Bus, DeadLetter, DeadLetters, Delivery, Subscriber, Subscription } from './bus/bus.ts';
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
export type { Envelope } from './envelope.ts';
export { EventsError, type EventsErrorCode, isPermanent } from './errors.ts';
