import { EventSourceParserStream } from 'eventsource-parser/stream';

/** A client of server-sent events that keeps what it is told. */
export type OpenEvents = {
  /** Data as JSON. */
  all: { id: string; type: string; data: unknown }[];
  isOver(): boolean;
  close(): void;
};

/** Resolves when the stream has begun. Throws if it is refused. */
export async function openEvents(
  url: string,
  { token, lastId }: { token?: string; lastId?: string | undefined } = {},
): Promise<OpenEvents> {
  const closing = new AbortController();
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
    },
    signal: closing.signal,
  });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  let isOver = false;
  const events: OpenEvents = { all: [], isOver: () => isOver, close: () => closing.abort() };
  void keepAll(response.body!, events.all)
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  return events;
}

async function keepAll(body: ReadableStream<Uint8Array>, all: OpenEvents['all']): Promise<void> {
  const text = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
  for await (const { id = '', event = 'message', data } of text.pipeThrough(new EventSourceParserStream()))
    all.push({ id, type: event, data: JSON.parse(data) });
}
