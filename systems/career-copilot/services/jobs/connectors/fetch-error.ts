import { NOT_PUBLIC } from '@banyan/service';

type FetchErrorCode =
  | 'BAD_ADDRESS'
  | 'NOT_PUBLIC'
  | 'REFUSED_BY_ROBOTS'
  | 'TOO_MANY_REDIRECTS'
  | 'TOO_LARGE'
  | 'TIMEOUT'
  | 'NOT_FOUND'
  | 'ASKED_TO_WAIT'
  | 'BAD_STATUS'
  | 'UNREACHABLE';

export class FetchError extends Error {
  override name = 'FetchError';
  readonly code: FetchErrorCode;
  /** For ASKED_TO_WAIT: from when on it may be asked again. */
  readonly retryAt: Date | undefined;

  constructor(
    code: FetchErrorCode,
    message: string,
    { cause, retryAt }: { cause?: unknown; retryAt?: Date } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryAt = retryAt;
  }
}

/** What an attempt to read an address was ended by. undici hides what went wrong behind `fetch failed`. */
export function asFetchError(url: URL, error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  const { name, cause } = error as Error;
  if (name === 'TimeoutError')
    return new FetchError('TIMEOUT', `${url.href} took too long to answer`, { cause: error });
  const why = (cause ?? error) as NodeJS.ErrnoException;
  if (why.code === NOT_PUBLIC) return new FetchError('NOT_PUBLIC', why.message, { cause: error });
  return new FetchError('UNREACHABLE', `${url.origin} cannot be read: ${why.message}`, { cause: error });
}
