export type { Bus, DeadLetter, DeadLetters, Delivery, Subscriber, Subscription } from './bus/bus.ts';
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
