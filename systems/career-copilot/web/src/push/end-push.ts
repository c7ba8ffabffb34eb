import type { Session, SessionState } from '../session/index.ts';
import { keptPush } from './kept-push.ts';

/**
 * Nobody reads another's messages on a device that several use: they end in this browser when whoever they are for logs out by their own wish, or somebody
 * else logs in. A session that just runs out changes nothing.
 */
export function endPushWithItsUser(session: Session): void {
  session.subscribe(() => {
    const kept = keptPush();
    if (kept === null || !isOver(kept.user, session.state())) return;
    // Loaded when it is needed only: pages load no more than they use.
    void import('./this-browser.ts').then(({ endPush }) => endPush());
  });
}

export function isOver(user: number, state: SessionState): boolean {
  if (state.status === 'out') return state.reason === 'logged-out';
  return state.status === 'in' && state.user.id !== user;
}
