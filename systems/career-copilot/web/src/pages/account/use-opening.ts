import { useState } from 'react';
import { type ApiError, errorOfFailure, errorOfResponse } from '../../api/errors.ts';
import type { LogInResult } from '../../session/index.ts';

/**
 * Opens a session by a login or a registration. Resolves with why it was refused; null: it is open, and the route decides where to go on.
 * `isSafe`: doing it twice is no harm.
 */
export function useOpening<Given>(open: (given: Given) => Promise<LogInResult>, isSafe: boolean) {
  const [isPending, setPending] = useState(false);
  const run = async (given: Given): Promise<ApiError | null> => {
    setPending(true);
    try {
      const result = await open(given);
      return result.ok ? null : await errorOfResponse(result.refused);
    } catch (cause) {
      return errorOfFailure(cause, { isOnline: navigator.onLine, isSafe });
    } finally {
      setPending(false);
    }
  };
  return { isPending, run };
}
