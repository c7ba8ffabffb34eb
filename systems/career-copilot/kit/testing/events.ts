import { randomUUID } from 'node:crypto';
import type { Envelope } from '@banyan/events/machinery';
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

/** The data of events of a type that a service has said, in their order. */
export async function said(service: RunningService, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await service.pool.query<{ data: Record<string, unknown> }>(
    `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 ORDER BY seq`,
    [type],
  );
  return rows.map(({ data }) => data);
}
