// However who started it ends, its links end with it.
import '../../../packages/harness/src/environment/end-with-parent.ts';
import { openLink, Readers } from '../../../packages/replication/src/index.ts';
import { linkConfig, type Order, petsConfig, type Told } from './protocol.ts';

/** Runs both links of two services, as an applier does, and is killed. Its order of the day is its argument, as JSON. */
const start = JSON.parse(process.argv[2]!) as { legacy: string; service: string; share: number };
const hooks = { readers: new Readers('chaos') };
const forward = openLink(linkConfig('forward', start), hooks);
const reverse = openLink(linkConfig('reverse', start), hooks);
const others = (['forward', 'reverse'] as const).map((direction) =>
  openLink(petsConfig(direction, start), hooks),
);
const all = [forward, reverse, ...others];
let share = start.share;

const tell = (told: Told) => process.send?.(told);

for (const link of all) await link.prepare();
for (const link of all) if (link.config.direction === 'forward') await link.copy();
process.on('message', (order: Order) => {
  carryOut(order).catch((error) => tell({ error: String(error) }));
});
const { signal } = new AbortController();
const ended = Promise.all(all.map((link) => link.stream({ signal })));
ended.catch((error) => tell({ error: String(error) }));
for (const link of all) await link.barrier({ timeoutMs: 60_000 });
tell({ done: 'streaming' });

async function carryOut(order: Order): Promise<void> {
  switch (order.do) {
    case 'hold':
      for (const link of [forward, reverse]) link.hold();
      break;
    case 'go on':
      for (const link of [forward, reverse]) link.release(share);
      break;
    case 'catch up': {
      // The side that loses keys has to be through; the other one may stay behind.
      const link = order.up ? forward : reverse;
      link.release(share);
      await link.barrier({ timeoutMs: 60_000 });
      break;
    }
    case 'mark': {
      const [marked, other] = order.up ? [forward, reverse] : [reverse, forward];
      other.hold();
      await marked.barrier({ lock: true, hold: true, timeoutMs: 60_000 });
      break;
    }
    case 'release':
      share = order.share;
      for (const link of [forward, reverse]) link.release(share);
      break;
    case 'rest':
      for (let still = 0; still < 2; ) {
        for (const link of [forward, reverse, forward, reverse, ...others])
          await link.barrier({ timeoutMs: 60_000 });
        const open = await Promise.all([forward.repairs(), reverse.repairs()]);
        still = open.every((each) => each.open === 0) ? still + 1 : 0;
      }
      break;
  }
  tell({ done: order.do });
}
