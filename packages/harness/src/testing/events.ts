import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Envelope, openPostgresBus } from '@banyan/events/machinery';
import type { RunningService } from '@banyan/service';

type Contracts = {
  system: string;
  events: Record<string, { service: string; version: number; key: string }>;
};

/** An event as its service says it, by the contract; for a bus. */
export function eventOf<C extends Contracts>(
  contracts: C,
  type: keyof C['events'] & string,
  data: Record<string, unknown>,
  { id = randomUUID(), time = new Date().toISOString() }: { id?: string; time?: string } = {},
): Envelope {
  const { service, version, key } = contracts.events[type]!;
  return {
    specversion: '1.0',
    id,
    source: `/${contracts.system}/${service}`,
    type,
    time,
    subject: String(data[key]),
    datacontenttype: 'application/json',
    dataversion: version,
    kind: 'event',
    correlationid: id,
    data,
  };
}

/** What is said on the bus from now on, by services or for the monolith, until the test has ended. `group`: another one for each that listens. */
export async function hear(
  t: TestContext,
  { busUrl, events, group = 'listener' }: { busUrl: string; events: Contracts['events']; group?: string },
): Promise<Envelope[]> {
  const heard: Envelope[] = [];
  const bus = await openPostgresBus({ url: busUrl });
  t.after(() => bus.close());
  await bus.subscribe({
    group,
    types: Object.keys(events),
    handle: async (message) => void heard.push(message),
  });
  return heard;
}

/** The data of events of a type that a service has said, in their order. */
export async function said(service: RunningService, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await service.pool.query<{ data: Record<string, unknown> }>(
    `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 ORDER BY seq`,
    [type],
  );
  return rows.map(({ data }) => data);
}
