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
import type { BusHarness } from './harness.ts';
import { orderContract } from './order.ts';

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
