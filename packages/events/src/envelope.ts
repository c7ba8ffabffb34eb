/** A message on the bus: CloudEvents 1.0 with the extensions that we need. Attribute names are lower case as it asks. */
export type Envelope<Data = Record<string, unknown>> = {
  specversion: '1.0';
  /** Unique; the same at each delivery of the same message. What the inbox remembers. */
  id: string;
  /** `/<system>/<service>` of the publisher. */
  source: string;
  /** Name in the contracts, e.g. `UserRegistered`. */
  type: string;
  /** When it happened: RFC 3339, UTC. */
  time: string;
  /** The value of the contract's key, as text; order is kept among messages with the same one. */
  subject: string;
  datacontenttype: 'application/json';
  /** Version of `data` in the contracts. */
  dataversion: number;
  /** `event`: to every group that subscribed to its type. `command`: to the group of the service that handles it. */
  kind: 'event' | 'command';
  /** What all messages of one business transaction share; its first message's id unless said otherwise. */
  correlationid: string;
  /** Id of the message that led to this one. */
  causationid?: string;
  /** The one group that is to get it, since it has asked: all others pass over it. */
  recipient?: string;
  /** Who did it, and why, as far as the publisher knows. */
  actor?: string;
  reason?: string;
  /** W3C trace context of the publisher. */
  traceparent?: string;
  tracestate?: string;
  /** The cohort of the user for whom it was done. */
  cohort?: string;
  data: Data;
};
