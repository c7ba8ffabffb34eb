import { redirect } from '@tanstack/react-router';
import { ownPath, type SessionState, session } from '../session/index.ts';

/** What the address of the login page says: the page to go on to. */
export type LoginSearch = { next?: string };

export function loginSearch(search: Record<string, unknown>): LoginSearch {
  return typeof search.next === 'string' && ownPath(search.next) === search.next ? { next: search.next } : {};
}

/** Before a page of whoever is logged in: to the login, and back from there. Waits for a session that is being resumed. */
export async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  const state = await settled();
  // Who has logged out has done with the page.
  const search =
    state.status === 'out' && state.reason === 'logged-out' ? {} : loginSearch({ next: location.href });
  if (state.status !== 'in') throw redirect({ to: '/login', search, replace: true });
}

/** Before a page for whoever is not logged in: on to where they wanted to go. So the login page has nothing to do but log in. */
export async function leaveWhenLoggedIn({ search }: { search: LoginSearch }): Promise<void> {
  if (session.state().status === 'in') throw redirect({ href: ownPath(search.next), replace: true });
}

/** Looks again at who may see the page when somebody has logged in or out, here or in another tab. */
export function watchSession(lookAgain: () => void): () => void {
  let last = session.state();
  return session.subscribe(() => {
    const next = session.state();
    if (who(next) !== who(last)) lookAgain();
    last = next;
  });
}

/** Of a session that starts nobody knows. */
function who(state: SessionState): number | null | undefined {
  if (state.status === 'starting') return undefined;
  return state.status === 'in' ? state.user.id : null;
}

function settled(): Promise<SessionState> {
  return new Promise((resolve) => {
    const look = () => {
      const state = session.state();
      if (state.status === 'starting') return;
      unsubscribe();
      resolve(state);
    };
    const unsubscribe = session.subscribe(look);
    look();
  });
}
