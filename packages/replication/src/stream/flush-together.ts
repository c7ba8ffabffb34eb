import { setTimeout as delay } from 'node:timers/promises';
import type { TargetSession } from '../apply/target-session.ts';

type Session = Pick<TargetSession, 'server' | 'openedAt' | 'flush'>;

/** What was committed on a session since then (a steady clock, ms) is to be on the disk. */
type Wish = { session: Session; link: string; since: number; done: PromiseWithResolvers<void> };

/** By server, until they are served. */
const waiting = new Map<string, Wish[]>();

/** Timers for one moment fire this far apart at most, ms. */
const GATHER_MS = 2;
/** A connection that hangs holds up nobody else for longer, ms. */
const PATIENCE_MS = 1_000;

/**
 * Resolves when what was committed on `session` from `since` on (a steady clock, ms) is on the target's disk. Links of this process that ask at
 * the same moment for one server have one flush together: it takes along all that was committed there before.
 */
export async function flushTogether(session: Session, link: string, since: number): Promise<void> {
  const { server } = session;
  if (server === undefined) return await session.flush(link);
  const wish: Wish = { session, link, since, done: Promise.withResolvers() };
  const others = waiting.get(server);
  if (others) others.push(wish);
  else {
    waiting.set(server, [wish]);
    void delay(GATHER_MS).then(() => serve(server));
  }
  await wish.done.promise;
}

/**
 * The longest session flushes for all that was committed since it was opened: that it is still there proves that the server has not
 * crashed since. What is older is flushed by whoever has committed it, and so is all where that fails or takes long.
 */
function serve(server: string): void {
  const wishes = waiting.get(server)!;
  waiting.delete(server);
  const first = wishes.reduce((a, b) => (b.session.openedAt < a.session.openedAt ? b : a));
  const flushed = first.session.flush(first.link);
  flushed.then(first.done.resolve, first.done.reject);
  const inTime = Promise.race([
    flushed.then(
      () => true,
      () => false,
    ),
    delay(PATIENCE_MS, false, { ref: false }),
  ]);
  for (const wish of wishes) {
    if (wish === first) continue;
    if (wish.since < first.session.openedAt) flush(wish);
    else void inTime.then((is) => (is ? wish.done.resolve() : flush(wish)));
  }
}

function flush({ session, link, done }: Wish): void {
  session.flush(link).then(done.resolve, done.reject);
}
