import { type Session, session } from '../session/index.ts';
import { createDrafts } from './drafts.ts';

/** Those of this browser. */
export const drafts = createDrafts(localStorageOrNone(), {
  now: () => Date.now(),
  newKey: () => crypto.randomUUID(),
});

/** False: whoever it is has logged out by their own wish, and leaves nothing on a device that others may use. */
export function mayKeep(): boolean {
  const state = session.state();
  return !(state.status === 'out' && state.reason === 'logged-out');
}

/** Forgets the drafts of whoever logs out by their own wish, here or in another tab; of a session that ends otherwise they are kept. */
export function discardDraftsAtLogOut(of: Session): void {
  let last = of.state();
  of.subscribe(() => {
    const next = of.state();
    if (last.status === 'in' && next.status === 'out' && next.reason === 'logged-out')
      drafts.discardAll(last.user.id);
    last = next;
  });
}

function localStorageOrNone(): Parameters<typeof createDrafts>[0] {
  try {
    return localStorage;
  } catch {
    return { length: 0, key: () => null, getItem: () => null, setItem: () => {}, removeItem: () => {} };
  }
}
