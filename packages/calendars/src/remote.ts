import type { Change, OwnEvent } from './events.ts';

export type CalendarErrorCode =
  | 'SYNC_TOKEN_GONE'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'BUSY'
  | 'REFUSED'
  | 'UNREACHABLE';

export class CalendarError extends Error {
  override name = 'CalendarError';
  readonly code: CalendarErrorCode;

  constructor(code: CalendarErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export type Span = { from: Date; to: Date };

/** A calendar that is kept elsewhere, as much of it as is used. All throw `CalendarError`. */
export type RemoteCalendar = {
  /**
   * Makes an event of ours, or brings it to what it is now; what its owner has added to it stays. Again is no error.
   * `known`: it was put there before. False: its owner has removed it since, and it is left so.
   */
  put(event: OwnEvent, known: boolean): Promise<boolean>;
  /** One that is not there is no error. */
  remove(key: string): Promise<void>;
  /**
   * What has changed since `syncToken`, or all that is in the span (null), with the token of the next time. Throws `SYNC_TOKEN_GONE`
   * among others: ask for all then.
   */
  changes(syncToken: string | null, span: Span): Promise<{ changes: Change[]; syncToken: string }>;
};
