/**
 * What every bus adapter must do, as tests: an adapter's own test file calls `busContract` with a harness. All tests of
 * one suite share one bus, each with groups and types of its own.
 */
import { after, before, describe, type TestContext } from 'node:test';
import type { Bus } from '../bus.ts';
import { openBus } from '../open.ts';
import { batchesContract } from './batches.ts';
import { connectionsContract } from './connections.ts';
import { deadLettersContract } from './dead-letters.ts';
import { deliveryContract } from './delivery.ts';
import { endsContract } from './ends.ts';
import { failuresContract } from './failures.ts';
import { orderContract } from './order.ts';

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

export function busContract(adapter: string, start: () => Promise<BusHarness>): void {
  describe(`the ${adapter} bus`, () => {
    let harness: BusHarness;
    const open = new Set<Bus>();
    before(async () => {
      harness = await start();
    });
    after(async () => {
      await Promise.allSettled([...open].map((bus) => bus.close()));
      await harness?.close();
    });

    const setUp = async (t: TestContext) => {
      const connect = async () => {
        const bus = await openBus(harness.url);
        open.add(bus);
        t.after(async () => {
          open.delete(bus);
          await bus.close();
        });
        return bus;
      };
      const unique = `t${++tests}x${Math.random().toString(36).slice(2, 8)}`;
      const types = { made: `Made${unique}`, gone: `Gone${unique}`, other: `Other${unique}` };
      return { bus: await connect(), connect, group: `group-${unique}`, ...types };
    };
    const context = { harness: () => harness, delayMs: () => harness.delayMs ?? 200, setUp };
    deliveryContract(context);
    orderContract(context);
    batchesContract(context);
    failuresContract(context);
    endsContract(context);
    deadLettersContract(context);
    connectionsContract(context);
  });
}

let tests = 0;
