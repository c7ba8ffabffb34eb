/**
 * What an error asks its reader to do: `wait` and ask again, `retry` by hand, `log-in` again, `fix` what was entered, `look` again at what
 * may have changed, go `back` to where there is something.
 */
export type WayOn = 'wait' | 'retry' | 'log-in' | 'fix' | 'look' | 'back';

/** Codes that no server sends: what became of a request that has no answer, or one without a code. */
const OWN_CODES = {
  OFFLINE: 'retry',
  UNREACHABLE: 'retry',
  TIMED_OUT: 'retry',
  /** Something between here and the system has answered in its place. */
  STRANGE_ANSWER: 'retry',
  /** Nobody has this route: a feature that is not there yet. */
  NO_SUCH_ROUTE: 'back',
  /** Whether a write has run is not known. */
  OUTCOME_UNKNOWN: 'look',
  INVALID_REQUEST: 'fix',
  TOO_MANY_REQUESTS: 'wait',
  BODY_TOO_LARGE: 'fix',
  /** By the status alone, where the code is none that is known here. */
  REFUSED: 'fix',
  FORBIDDEN: 'back',
  NOT_FOUND: 'back',
  CONFLICT: 'look',
  BUSY: 'wait',
  INTERNAL: 'retry',
} as const satisfies Record<string, WayOn>;

/** Codes of the public API: of the legacy API by its words, of services by their problem documents. */
const API_CODES = {
  ...waysOn('log-in', [
    'BAD_CREDENTIALS',
    'BAD_REFRESH_TOKEN',
    'INVALID_TOKEN',
    'NOT_AUTHENTICATED',
    'UNAUTHENTICATED',
  ]),
  ...waysOn('fix', [
    'BAD_LOCALE',
    'BAD_LOGIN',
    'BAD_REDIRECT_URI',
    'BAD_SETTINGS',
    'BAD_SPAN',
    'BAD_TEMPLATE',
    'BAD_TIMES',
    'BAD_TIME_ZONE',
    'BAD_URL',
    'CODE_NEEDED',
    'DOCUMENT_EMPTY',
    'DOCUMENT_TOO_LARGE',
    'EMAIL_TAKEN',
    'ENCRYPTED',
    'KEY_REUSED',
    'NOTHING_SAID',
    'NOT_THE_SCHEMA',
    'NO_CRITERIA',
    'NO_PUSH_SERVICE',
    'NO_SUCH_ZONE',
    'NO_TEXT',
    'PASSWORD_TOO_LONG',
    'PLACE_NEEDED',
    'PLACE_UNKNOWN',
    'PROVIDER_REFUSED',
    'REMINDER_IN_THE_PAST',
    'SERVER_REFUSED',
    'TOO_LARGE',
    'TOO_LARGE_INSIDE',
    'TOO_MANY_PAGES',
    'TOO_SLOW',
    'TYPE_DIFFERS',
    'TYPE_REFUSED',
    'UNKNOWN_KIND',
    'UNREADABLE',
    'WORDS_TOO_COMMON',
    'WRONG_CODE',
    'WRONG_PASSWORD',
  ]),
  ...waysOn('wait', [
    'CODES_LOCKED',
    'DAILY_LIMIT',
    'NOT_CALCULATED',
    'NOT_STARTED',
    'OVERLOADED',
    'REPORT_NOT_DONE',
    'SCAN_PENDING',
    'TOO_MANY_CODES',
    'TOO_MANY_MAILS',
    'TOO_MANY_REPORTS',
    'TOO_MANY_STREAMS',
    'TOO_MANY_TRIALS',
  ]),
  ...waysOn('retry', [
    'PART_UNAVAILABLE',
    'PROFILE_UNAVAILABLE',
    'PROVIDER_UNREACHABLE',
    'SERVER_UNREACHABLE',
    'STORE_UNAVAILABLE',
    'SUBMISSION_FAILED',
    'TOKEN_UNVERIFIABLE',
    'UNAVAILABLE',
    'UPLOAD_LOST',
  ]),
  ...waysOn('look', [
    'ALREADY_APPLIED',
    'BAD_CURSOR',
    'BAD_TRANSITION',
    'FACTOR_EXISTS',
    'NOT_FROM_THERE',
    'PRECONDITION_FAILED',
    'PROFILE_CHANGED',
    'PROPOSAL_CLOSED',
    'STATE_NOT_REACHABLE',
    'STEP_REFUSED',
  ]),
  ...waysOn('back', [
    'ACCOUNT_DELETED',
    'ACCOUNT_NOT_FOUND',
    'ADDRESS_NOT_FOUND',
    'APPLICATION_NOT_FOUND',
    'BAD_LINK',
    'CALENDAR_NOT_FOUND',
    'CAMPAIGN_NOT_FOUND',
    'CHANNEL_OFF',
    'CLIENT_NOT_FOUND',
    'COMPANY_NOT_FOUND',
    'CONNECTION_LOST',
    'CONNECTION_NOT_FOUND',
    'CONTACT_NOT_FOUND',
    'DELIVERY_NOT_FOUND',
    'DOCUMENT_NOT_FOUND',
    'FOR_ADMINISTRATORS',
    'GRANT_NOT_FOUND',
    'INACTIVE_USER',
    'INFECTED',
    'INTERVIEW_NOT_FOUND',
    'JOB_NOT_FOUND',
    'JOB_NOT_OPEN',
    'LINK_INVALID',
    'MAIL_NOT_SET_UP',
    'MATCH_NOT_FOUND',
    'MAY_NOT_ACT',
    'NOTIFICATION_NOT_FOUND',
    'NOT_BEGUN',
    'NOT_KEPT_HERE',
    'NOT_YOURS',
    'NOT_YOURSELF',
    'NO_ADDRESS',
    'NO_FACTOR',
    'NO_NEXT_ACTION',
    'NO_POSTING',
    'NO_SUCH_DASHBOARD',
    'NO_SUCH_PRODUCT',
    'NO_SUCH_REPORT',
    'PROPOSAL_NOT_FOUND',
    'PROVIDER_NOT_FOUND',
    'QUOTA_EXCEEDED',
    'RECEIPT_NOT_FOUND',
    'RESUME_NOT_FOUND',
    'SEARCH_NOT_FOUND',
    'SESSION_NOT_FOUND',
    'SOURCE_NOT_FOUND',
    'SUBMISSION_NOT_FOUND',
    'SUBSCRIPTION_NOT_FOUND',
    'TOO_MANY_CONTACTS',
    'TOO_MANY_DASHBOARDS',
    'TOO_MANY_SEARCHES',
    'TOO_MANY_SOURCES',
    'TOO_MANY_WEBHOOKS',
    'USER_NOT_ACTIVE',
    'USER_NOT_FOUND',
    'VERSION_NOT_FOUND',
    'WEBHOOK_DISABLED',
    'WEBHOOK_NOT_FOUND',
  ]),
};

const WAYS = { ...OWN_CODES, ...API_CODES } as const;

/** Each has words of its own below `errors` in messages/. */
export type ErrorCode = keyof typeof WAYS;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(WAYS, code);
}

export function wayOnOf(code: ErrorCode): WayOn {
  return WAYS[code];
}

/** Every code that has words. */
export const ERROR_CODES = Object.keys(WAYS) as ErrorCode[];

function waysOn<const Code extends string>(way: WayOn, codes: readonly Code[]): Record<Code, WayOn> {
  return Object.fromEntries(codes.map((code) => [code, way])) as Record<Code, WayOn>;
}
