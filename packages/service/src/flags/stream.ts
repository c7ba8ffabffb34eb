import { setTimeout as delay } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { Compile } from 'typebox/compile';
import { Agent } from 'undici';
import { checkFlag, type Flag, FlagSet, pickKnown } from './flag.ts';

/** The control plane says something at least every 5 s; after so long a silence it is taken for gone, ms. */
const SILENCE_MS = 15_000;
/** Pauses between attempts to connect, ms. */
const RETRY_MS = { first: 100, longest: 5_000 };
/** All flags at most, bytes. */
const SNAPSHOT_BYTES = 8 * 1_048_576;

type FlagListener = {
  /** All flags, once connected and at every change. Those that make no sense are left out and named. */
  flags(snapshot: { revision: number; flags: Map<string, Flag>; wrong: string[] }): void;
  /** Not connected (any more); what is known stays valid. Connecting goes on. */
  away(error: unknown): void;
};

const shape = Compile(FlagSet);

/** Follows the flags of a control plane until `signal` is aborted; reconnects for ever. Never throws. */
export async function followFlags(
  { url, token }: { url: string; token: string | undefined },
  listener: FlagListener,
  signal: AbortSignal,
): Promise<void> {
  const agent = new Agent({ connections: 1, bodyTimeout: SILENCE_MS, headersTimeout: SILENCE_MS });
  let pauseMs = RETRY_MS.first;
  while (!signal.aborted) {
    try {
      await readStream(agent, new URL('/v1/flags/stream', url), token, signal, (text) => {
        pauseMs = RETRY_MS.first;
        listener.flags(readSnapshot(text));
      });
      throw new Error('the control plane has ended the stream');
    } catch (error) {
      if (signal.aborted) break;
      listener.away(error);
    }
    // Jitter, so that not all services come back at the same moment.
    await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest);
  }
  await agent.destroy();
}

async function readStream(
  agent: Agent,
  url: URL,
  token: string | undefined,
  signal: AbortSignal,
  onData: (text: string) => void,
): Promise<void> {
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname,
    method: 'GET',
    headers: { accept: 'text/event-stream', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    signal,
  });
  if (answer.statusCode !== 200) {
    await answer.body.dump({ limit: 16_384 });
    throw new Error(`the control plane answers ${answer.statusCode} instead of flags`);
  }
  const events = new EventSourceParserStream({ maxBufferSize: SNAPSHOT_BYTES });
  const writer = events.writable.getWriter();
  const text = new TextDecoder();
  const feeding = (async () => {
    for await (const chunk of answer.body) await writer.write(text.decode(chunk, { stream: true }));
    await writer.close();
  })();
  // Whoever fails first ends the other. A body that is only left keeps the one connection until it is taken for gone.
  feeding.catch((error) => writer.abort(error).catch(() => {}));
  try {
    for await (const { event, data } of events.readable) if (event === 'flags') onData(data);
    await feeding;
  } finally {
    answer.body.destroy();
  }
}

function readSnapshot(text: string): Parameters<FlagListener['flags']>[0] {
  const value: unknown = JSON.parse(text);
  if (!shape.Check(value)) throw new Error('the control plane sends something else than flags');
  const flags = new Map<string, Flag>();
  const wrong: string[] = [];
  for (const given of value.flags) {
    const key = String((given as { key?: unknown } | null)?.key);
    if (checkFlag(given).length > 0) wrong.push(key);
    else flags.set(key, pickKnown(given) as Flag);
  }
  return { revision: value.revision, flags, wrong };
}
