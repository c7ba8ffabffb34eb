/** A client of server-sent events, as far as it is looked at here. */
export type OpenEvents = {
  all: { id: string; type: string; data: unknown }[];
  isOver(): boolean;
  close(): void;
};

/** Resolves when the stream is open. Throws if it is refused. */
export async function openEvents(
  url: string,
  { token, lastId, accept }: { token: string; lastId?: string | undefined; accept?: string },
): Promise<OpenEvents> {
  const closing = new AbortController();
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      ...(accept === undefined ? {} : { accept }),
    },
    signal: closing.signal,
  });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  let isOver = false;
  const events: OpenEvents = { all: [], isOver: () => isOver, close: () => closing.abort() };
  const opened = Promise.withResolvers<void>();
  void (async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      opened.resolve();
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]),
        );
        if (fields.data !== undefined)
          events.all.push({
            id: fields.id ?? '',
            type: fields.event ?? 'message',
            data: JSON.parse(fields.data),
          });
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      isOver = true;
      opened.resolve();
    });
  await opened.promise;
  return events;
}
