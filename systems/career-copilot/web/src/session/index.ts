import { useSyncExternalStore } from 'react';
import { browserParts, wakeWithPage } from './browser.ts';
import { createSession, type SessionState } from './session.ts';

export { cookiesAreKept } from './browser.ts';
export { ownPath } from './own-path.ts';
export type { Credentials, LogInResult, NewAccount, OutReason, Session, SessionState } from './session.ts';

/** The session of this page. `main.tsx` calls `session.resume()` once. */
export const session = createSession(browserParts());
wakeWithPage(session);

/** Whether and as whom somebody is logged in; renders again when that changes, not when a token does. */
export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.state);
}
