import { type Link, type LinkConfig, openLink } from '@banyan/replication';
import { drainForStep } from '../applier/drain.ts';
import { loadFacts } from '../applier/facts.ts';

/**
 * A process that runs both links of a service with its facts, to be killed. Its argument: the two configurations and the URL of
 * the facts, as JSON. Told `{ from, to }` it makes a step; told `drain`, it answers when all that was committed is applied.
 */
export type Asked = { from: number; to: number } | 'drain';

/** Of a slow machine: only what hangs is to run into it. */
const LIMIT_MS = 120_000;

const [forwardConfig, reverseConfig, facts] = JSON.parse(process.argv[2]!) as [
  LinkConfig,
  LinkConfig,
  string,
];
const { service: name, target: database, tables } = forwardConfig;
const loaded = await loadFacts({ name, database, facts, tables });
const forward = openLink(forwardConfig, { observer: loaded!.observer });
const reverse = openLink(reverseConfig);
await forward.prepare();
await loaded!.prepare();
await forward.copy({ rangeRows: 50 });
await reverse.prepare();
const signal = new AbortController().signal;
for (const link of [forward, reverse]) void link.stream({ signal });
await drained();
process.on('message', (asked: Asked) => void answer(asked));
process.on('disconnect', () => process.exit());
process.send!('streaming');

async function answer(asked: Asked): Promise<void> {
  if (asked === 'drain') await drained();
  else await step(asked);
  process.send!('done');
}

async function step({ from, to }: { from: number; to: number }): Promise<void> {
  const [loser, winner]: [Link, Link] = to > from ? [forward, reverse] : [reverse, forward];
  await drainForStep({ services: [{ loser, winner }], fromShare: from, timeoutMs: LIMIT_MS });
  for (const link of [forward, reverse]) link.release(to);
}

async function drained(): Promise<void> {
  for (const link of [forward, reverse]) await link.barrier({ timeoutMs: LIMIT_MS });
}
