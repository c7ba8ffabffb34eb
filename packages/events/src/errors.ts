/** Every error this package raises by itself, by stable code. `permanent`: trying again cannot help. */
const CATALOGUE = {
  BUS_CLOSED: { permanent: false, says: 'The bus is closed.' },
  BUS_FORGOT: {
    permanent: false,
    says: 'The bus may have lost what was published in the last moment: its server has restarted, or the connection was lost. The relay publishes it again.',
  },
  BUS_URL: {
    permanent: true,
    says: 'No bus has URLs of this scheme. Set BUS_URL to postgres://..., kafka://host:9092 or eventbridge://region/name.',
  },
  EVENTS_NOT_READY: {
    permanent: false,
    says: 'The events of the service are not there yet. Ask for them where a handler or a step runs, not where it is stated.',
  },
  NONE_STATED: {
    permanent: true,
    says: 'The eventing of the service states none of these. State one, or do not ask for them.',
  },
  GROUP_NAME: { permanent: true, says: 'A group is named by letters, digits, dots, dashes and underscores.' },
  HANDLER_TIMEOUT: {
    permanent: false,
    says: 'The handler did not come to an end in its time; its transaction was cut, nothing of it commits. Pass `signal` on to what it waits for, or state a longer `timeLimitMs`.',
  },
  PROCESS_ENDED: {
    permanent: true,
    says: 'The process ended each time that it had this message in hand, the last times with no other. Find out what ended it (memory, `process.exit`, a signal), fix it, then replay.',
  },
  NOT_A_MESSAGE: {
    permanent: true,
    says: 'This is no message of a relay. Find out who else writes there; the letter shows what it was. Drop it.',
  },
  HANDLED_TWICE: {
    permanent: true,
    says: 'The type has a handler in `on` and one in `onBatch`. Leave one of them.',
  },
  TYPE_NOT_HANDLED: {
    permanent: false,
    says: 'The group is subscribed to this type, but this version of its service does not handle it. Deploy one that does, then replay.',
  },
  TYPE_UNKNOWN: { permanent: true, says: 'The contracts have no such message. State it there first.' },
  TYPE_TWICE: { permanent: true, says: 'The contracts have an event and a command of one name. Rename one.' },
  NOT_OURS: {
    permanent: true,
    says: 'Only the service that owns an event may publish it. Send a command to that service instead.',
  },
  NOT_OUR_COMMAND: {
    permanent: true,
    says: 'The contracts give this command to another service. Handle it there, or change its owner.',
  },
  DATA_INVALID: { permanent: true, says: 'The data does not fit the schema of its contract.' },
  KEY_INVALID: {
    permanent: true,
    says: 'The property that the contract names as key is no text, number or boolean: its messages would have no order of their own. Give it a value, or name another key.',
  },
  DATA_TOO_LARGE: {
    permanent: true,
    says: 'The message is too large for a bus. Store the content and publish where it is.',
  },
  VERSION_TOO_NEW: {
    permanent: true,
    says: 'The message has a newer version than this service knows. Deploy it with the newer contracts, then replay.',
  },
  UPCASTER_MISSING: {
    permanent: true,
    says: 'The message is of an old version and its contract has no upcaster from there. Add one, deploy, then replay.',
  },
  FROM_ROWS_THREW: {
    permanent: true,
    says: 'A function of `fromRows` threw. Correct it and start the applier again: replication of the service waits, nothing is lost.',
  },
  NO_EXISTS: {
    permanent: true,
    says: 'No table in `fromRows` has a function `exists`: nothing maps a row that is there to an event. State which event says that a row is (not that it was made), e.g. `exists: ({ id }) => ({ type: "AccountIs", data: { id } })`.',
  },
  NO_PRIMARY_KEY: {
    permanent: true,
    says: 'The table has no primary key, by which its rows are told one after another. Give it one.',
  },
  BACKFILL_TAKEN: {
    permanent: true,
    says: 'A backfill of this name tells another consumer. Give this one a name of its own.',
  },
  BACKFILL_UNHEARD: {
    permanent: true,
    says: 'The definition asks a service for the rows that it has (`backfill`) and handles none of its events. Handle those that tell of them in `on` or `onBatch`, or ask another service.',
  },
  FACT_PERSONAL: {
    permanent: true,
    says: 'A fact with personal fields cannot be kept in a stream: the keys of the service are not where rows are replicated. Leave the fields out, or let `streamOf` return nothing for this type.',
  },
  OUTBOX_PRIVILEGE: {
    permanent: false,
    says: "The role by which rows are replicated may not write into the service's outbox. As its owner: GRANT CREATE ON DATABASE <database> TO <role>; GRANT USAGE, CREATE ON SCHEMA banyan_events, banyan_schema TO <role>; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA banyan_events, banyan_schema TO <role>.",
  },
  RELAY_PRIVILEGE: {
    permanent: false,
    says: 'The relay may not read the WAL. As a superuser: ALTER ROLE <role> REPLICATION (on RDS: GRANT rds_replication TO <role>); the relay then starts by itself.',
  },
  RELAY_NOT_RUNNING: { permanent: false, says: 'The relay has not started yet.' },
  RELAY_BEHIND: {
    permanent: false,
    says: 'Events wait in the outbox, and nobody brings them to the bus. Look at the relays of all processes of the service.',
  },
  RELAY_STUCK: { permanent: false, says: 'The relay cannot publish. Its last error is the cause.' },
} as const satisfies Record<string, { permanent: boolean; says: string }>;

export type EventsErrorCode = keyof typeof CATALOGUE;

/** An error with a stable `code`, the facts in `details`, and a message that ends in how to fix it. */
export class EventsError extends Error {
  readonly code: EventsErrorCode;
  readonly details: Record<string, unknown>;
  readonly permanent: boolean;
  /** How a client sees it whose request led to it. */
  readonly problem: { status: number } | undefined;

  constructor(code: EventsErrorCode, details: Record<string, unknown> = {}, cause?: unknown) {
    const { says, permanent } = CATALOGUE[code];
    const facts = Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`);
    super(
      facts.length === 0 ? says : `${says} (${facts.join(', ')})`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'EventsError';
    this.code = code;
    this.details = details;
    this.permanent = permanent;
    const status = STATUS[code];
    this.problem = status === undefined ? undefined : { status };
  }
}

const STATUS: Partial<Record<EventsErrorCode, number>> = {
  DATA_INVALID: 422,
  KEY_INVALID: 422,
  DATA_TOO_LARGE: 413,
};

/** Whether trying again cannot help: said by the error itself. */
export function isPermanent(error: unknown): boolean {
  try {
    return (error as { permanent?: unknown } | null | undefined)?.permanent === true;
  } catch {
    // Its getter throws: it says nothing.
    return false;
  }
}
