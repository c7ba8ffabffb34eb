import type pg from 'pg';
import { activeUser } from '../../kit/active-user.ts';

/** What a route of somebody's own things states: it is refused to those whose account was locked, and answers with these statuses besides. */
export function ofUserIn(pool: pg.Pool) {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  return (...statuses: number[]) => {
    const { config, onRequest } = ofUser();
    return { onRequest, config: { ...config, errors: [...config.errors, ...statuses] } };
  };
}
export type OfUser = ReturnType<typeof ofUserIn>;
