import { ApiError } from './problems.ts';

/** Throws `BAD_ZONE` unless it is the name of a time zone; an offset is none, since it knows nothing of summer. */
export function checkZone(name: string): void {
  try {
    if (/^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name })) return;
  } catch (cause) {
    throw new ApiError('BAD_ZONE', { cause });
  }
  throw new ApiError('BAD_ZONE');
}
