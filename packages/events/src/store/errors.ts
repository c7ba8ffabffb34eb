/** Every error that the store, deciders and projections raise themselves, by stable code. */
const CATALOGUE = {
  VERSION_CONFLICT: 'The stream is not at the expected version. Read it again, decide again, append again.',
  EVENT_INVALID: 'The data does not fit the schema of its type. Nothing was appended.',
  EVENT_TOO_NEW:
    'An event was written by a newer version of its type than this process knows. Deploy that version here.',
  EVENT_NO_UPCASTER: 'An old event cannot be read: its type has no upcaster from that version.',
  SUBJECT_MISSING: 'An event with personal fields needs a subject: the person whose key encrypts them.',
  MASTER_KEY_MISSING:
    'Personal fields need the master key that wraps their keys. Give it to createEventStore.',
  SEALED_DATA_CORRUPT:
    'A encrypted field cannot be decrypted with the key that encrypted it: the row or the key was altered.',
  PUBLISH_MISSING: 'publish: true needs the outbox. Give its function to createEventStore as `publish`.',
  NOT_A_FACT: 'Only types of the contracts are published.',
  PROJECTION_RETIRED:
    'A newer version of this inline projection is live; this process would not feed it. Deploy the new code here.',
  PROJECTION_UNKNOWN: 'There is no projection of that name here.',
  PROJECTIONS_NONE_HERE: 'This database has no projections. Give the one of a service that has some.',
  PROJECTION_TIMEOUT: 'The projection did not reach the position in time.',
  PROJECTION_NOT_FAILED: 'The projection has not stopped at an event, so there is none to skip.',
  PROJECTION_FAILED: 'The projection has stopped because of an error.',
} as const;

export type EventStoreErrorCode = keyof typeof CATALOGUE;

/** An error with a stable `code` and the facts in `details`; of `VERSION_CONFLICT` `{ stream, expected, actual }`. */
export class EventStoreError extends Error {
  readonly code: EventStoreErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** How a client sees it whose request led to it. */
  readonly problem: { status: number; fields?: Record<string, unknown> } | undefined;

  constructor(code: EventStoreErrorCode, details: Record<string, unknown> = {}, cause?: unknown) {
    const facts = Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`);
    const message = facts.length === 0 ? CATALOGUE[code] : `${CATALOGUE[code]} (${facts.join(', ')})`;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EventStoreError';
    this.code = code;
    this.details = details;
    const { expected, actual } = details;
    if (code === 'VERSION_CONFLICT') this.problem = { status: 409, fields: { expected, actual } };
    else this.problem = code === 'EVENT_INVALID' ? { status: 422 } : undefined;
  }
}

export function isConflict(error: unknown): error is EventStoreError {
  return error instanceof EventStoreError && error.code === 'VERSION_CONFLICT';
}
