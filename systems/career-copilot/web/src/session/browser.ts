import type { Session, SessionParts } from './session.ts';

const NAME = 'career-copilot-session';

/** What a session needs, as this browser has it. Where cookies are blocked so are locks and channels: then each tab is alone. */
export function browserParts(): SessionParts {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => ({ monotonicMs: performance.now(), wallMs: Date.now() }),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    alone: aloneIn(navigator.locks),
    channel: openChannel(),
  };
}

/** False: nobody stays logged in here beyond the page. */
export function cookiesAreKept(): boolean {
  return navigator.cookieEnabled;
}

/** Has the session look again whenever time may have passed unseen. */
export function wakeWithPage(session: Session): void {
  const wake = () => session.wake();
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake());
  // Out of the cache of pages it has missed what the other tabs told.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}

function aloneIn(locks: LockManager | undefined): SessionParts['alone'] {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
  return async (work) => {
    let begun = false;
    const once = () => {
      begun = true;
      return work();
    };
    try {
      return locks === undefined ? await inTurn(once) : await locks.request(NAME, once);
    } catch (error) {
      if (begun) throw error;
      return await inTurn(once);
    }
  };
}

function openChannel(): SessionParts['channel'] {
  try {
    const channel = new BroadcastChannel(NAME);
    return {
      send: (message) => channel.postMessage(message),
      listen: (receive) => channel.addEventListener('message', ({ data }) => receive(data)),
    };
  } catch {
    return { send: () => {}, listen: () => {} };
  }
}
