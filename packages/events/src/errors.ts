/** Every error this package raises by itself, by stable code. `permanent`: trying again cannot help. */
const CATALOGUE = {
  BUS_CLOSED: { permanent: false, says: 'The bus is closed.' },
  GROUP_NAME: { permanent: true, says: 'A group is named by letters, digits, dots, dashes and underscores.' },
  TYPE_NOT_HANDLED: {
    permanent: false,
    says: 'The group is subscribed to this type, but this version of its service does not handle it. Deploy one that does, then replay.',
  },
} as const satisfies Record<string, { permanent: boolean; says: string }>;

export type EventsErrorCode = keyof typeof CATALOGUE;

/** An error with a stable `code`, the facts in `details`, and a message that ends in how to mend it. */
export class EventsError extends Error {
  readonly code: EventsErrorCode;
  readonly details: Record<string, unknown>;
  readonly permanent: boolean;

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
  }
}

/** Whether trying again cannot help: said by the error itself. */
export function isPermanent(error: unknown): boolean {
  return (error as { permanent?: unknown } | null)?.permanent === true;
}
