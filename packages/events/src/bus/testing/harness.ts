import type { TestContext } from 'node:test';
import type { Bus } from '../bus.ts';

export type BusHarness = {
  /** For `openBus`. */
  url: string;
  /** Cuts all connections to the bus from the server's side. Left out where that cannot be done. */
  cut?(): Promise<void>;
  /** How many connections the server still sees. Left out where it cannot tell. */
  connections?(): Promise<number>;
  /** Puts something that is no message where the messages of a group come from. */
  putRubbish(group: string, text: string): Promise<void>;
  /** Puts something that is no dead letter among the dead letters of a group. Left out where the store cannot hold such a thing. */
  putDeadRubbish?(group: string, text: string): Promise<void>;
  /** The delay between attempts that tests ask for; the adapter's smallest if that is longer. Default 200. */
  delayMs?: number;
  /** Removes the bus. */
  close(): Promise<void>;
};

/** What each part of the contract is given; what it has of the harness it asks for when a test runs. */
export type ContractContext = {
  harness(): BusHarness;
  delayMs(): number;
  /** A bus that is closed with its test, and names that no other test has. */
  setUp(t: TestContext): Promise<SetUp>;
};

type SetUp = {
  bus: Bus;
  /** Another connection to the same bus, as another process would have it. */
  connect(): Promise<Bus>;
  group: string;
  /** Names of types. */
  made: string;
  gone: string;
  other: string;
};
