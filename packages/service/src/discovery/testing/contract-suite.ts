import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Discovery, Instance } from '../discovery.ts';

/** What the suite needs of an adapter and of the registry behind it. */
export type Harness = {
  /** A discovery of its own connections, as another process would have. */
  discovery(): Discovery;
  /** Brings up an instance whose life ends by itself after `leaseMs`, unless renewed. */
  start(instance: Instance, leaseMs: number): Promise<void>;
  /** Ends it in an orderly way. */
  stop(instance: Instance): Promise<void>;
  /** It dies; nobody says so. */
  kill(instance: Instance): Promise<void>;
  setAway(away: boolean): Promise<void> | void;
  close(): Promise<void>;
};

/** How discovery behaves, whatever registry is behind it. `writes`: that instances register themselves there. */
export function discoverySuite(
  name: string,
  { writes }: { writes: boolean },
  open: () => Promise<Harness>,
): void {
  describe(`discovery by ${name}`, () => {
    let harness: Harness;
    let here: Discovery;
    let count = 0;
    const LONG = 60_000;
    const MIDDLE = 1_000;
    const SHORT = 300;

    before(async () => {
      harness = await open();
      here = harness.discovery();
    });
    after(async () => {
      await here?.close();
      await harness?.close();
    });

    /** Of a service that no other test knows. */
    const anInstance = (service = `svc-${++count}`, port = 4_000 + ++count): Instance => {
      const url = `http://127.0.0.1:${port}`;
      return { id: writes ? `${service}-${port}` : `${service}@127.0.0.1:${port}`, service, url };
    };
    const sorted = (instances: readonly Instance[]) => instances.toSorted((a, b) => (a.id < b.id ? -1 : 1));

    /** Resolves when exactly these are seen. */
    const seen = (service: string, ...expected: Instance[]) =>
      new Promise<void>((resolve) => {
        const wanted = JSON.stringify(sorted(expected));
        const stop = here.watch(service, (instances) => {
          if (JSON.stringify(sorted(instances)) !== wanted) return;
          queueMicrotask(() => stop());
          resolve();
        });
      });

    it('finds an instance with all that it said of itself', async () => {
      const one = anInstance();
      await harness.start(one, LONG);
      assert.deepEqual(await here.resolve(one.service), [one]);
    });

    it('finds nobody where nobody is', async () => {
      assert.deepEqual(await here.resolve('nobody'), []);
    });

    it('sees a second instance, and each service only its own', async () => {
      const one = anInstance();
      const two = anInstance(one.service);
      await harness.start(one, LONG);
      await seen(one.service, one);
      await harness.start(anInstance(), LONG);
      await harness.start(two, LONG);
      await seen(one.service, one, two);
      assert.deepEqual(sorted(await here.resolve(one.service)), sorted([one, two]));
    });

    it('sees one that takes its leave', async () => {
      const one = anInstance();
      const two = anInstance(one.service);
      await harness.start(one, LONG);
      await harness.start(two, LONG);
      await seen(one.service, one, two);
      await harness.stop(one);
      await seen(one.service, two);
    });

    it('does not find one that was killed for longer than its lease', async () => {
      const killed = anInstance();
      const alive = anInstance(killed.service);
      await harness.start(alive, LONG);
      let isSeen = false;
      const both = seen(killed.service, killed, alive).then(() => {
        isSeen = true;
      });
      // It lives until it was seen, however slow this machine is.
      while (!isSeen) {
        await harness.start(killed, SHORT);
        await delay(SHORT / 10);
      }
      await both;
      await harness.kill(killed);
      await seen(killed.service, alive);
    });

    it('keeps the last known instances while the registry is away, and catches up', async () => {
      const one = anInstance();
      await harness.start(one, LONG);
      await seen(one.service, one);
      await harness.setAway(true);
      while (here.reachable()) await delay(10);
      assert.deepEqual(await here.resolve(one.service), [one]);
      await harness.setAway(false);
      const two = anInstance(one.service);
      await harness.start(two, LONG);
      await seen(one.service, one, two);
      while (!here.reachable()) await delay(10);
    });

    it('says so when the registry is away from the start', async () => {
      await harness.setAway(true);
      const lonely = harness.discovery();
      await assert.rejects(lonely.resolve('svc-1'), /did not say within/);
      await lonely.close();
      await harness.setAway(false);
    });

    if (writes) {
      it('prolongs a lease, and says when there is none to prolong', async () => {
        const one = anInstance();
        await here.register(one, MIDDLE);
        await seen(one.service, one);
        const until = Date.now() + 1.5 * MIDDLE;
        while (Date.now() < until) {
          assert.equal(await here.renew(one, MIDDLE), true);
          await delay(MIDDLE / 20);
        }
        assert.deepEqual(await here.resolve(one.service), [one]);
        await here.deregister(one);
        assert.equal(await here.renew(one, SHORT), false);
        await seen(one.service);
      });

      it('takes the same instance twice for one, at its newest address', async () => {
        const one = anInstance();
        const moved = { ...one, url: 'http://127.0.0.1:9' };
        await here.register(one, LONG);
        await here.register(moved, LONG);
        await seen(one.service, moved);
        await here.deregister(one);
        await here.deregister(one);
        await seen(one.service);
      });
    }
  });
}
