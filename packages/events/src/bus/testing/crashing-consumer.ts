/** A process with a subscriber in which a message with `ends` ends the process, in the way that the last argument says. */
import type { Envelope } from '../../envelope.ts';
import { openBus } from '../open.ts';

export type Told = { up: true } | { handled: number };

const [url, group, type, way] = process.argv.slice(2) as [string, string, string, keyof typeof WAYS];
const WAYS = {
  exit: () => process.exit(7),
  abort: () => process.abort(),
  memory: () => {
    for (const all: unknown[] = []; ; ) all.push(new Array(10_000).fill({}));
  },
};
const tell = (told: Told) => new Promise((resolve) => process.send!(told, resolve));

const handle = async ({ data }: Envelope) => {
  if (data.ends) WAYS[way]();
  await tell({ handled: data.n as number });
};
process.on('disconnect', () => process.exit());
const bus = await openBus(url);
await bus.subscribe({
  group,
  types: [type],
  handle,
  async handleMany(messages) {
    for (const message of messages) await handle(message);
    return { done: messages.length };
  },
});
await tell({ up: true });
