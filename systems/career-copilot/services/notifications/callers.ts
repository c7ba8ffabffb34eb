import { defineErrors, role, signedIn } from '@banyan/service';
import type pg from 'pg';
import { activeUser } from '../../kit/active-user.ts';
import { ApiError } from '../../kit/legacy-errors.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token is needed.'],
  INACTIVE_USER: [403, 'The account is locked.'],
});

/** As `activeUser`, for routes that the legacy API never had: they answer by problem documents. */
export function activeCaller(pool: pg.Pool) {
  const { onRequest } = activeUser(pool)();
  return (...statuses: number[]) => ({
    config: { allow: [signedIn], errors: [401, 403, ...statuses] },
    onRequest: async (request: Parameters<typeof onRequest>[0]) => {
      await onRequest(request).catch((cause: unknown) => {
        if (!(cause instanceof ApiError)) throw cause;
        throw errors(cause.code === 'INACTIVE_USER' ? 'INACTIVE_USER' : 'UNAUTHENTICATED', { cause });
      });
    },
  });
}

/** As `activeCaller`, for administrators: whoever was locked out mails to nobody, however long their token is good. */
export function activeAdmin(pool: pg.Pool) {
  const ofCaller = activeCaller(pool);
  return (...statuses: number[]) => {
    const { config, onRequest } = ofCaller(...statuses);
    return { onRequest, config: { ...config, allow: [role('admin')] } };
  };
}
