import { OPERATIONS } from './operations.generated.ts';
import type { OperationName } from './types.ts';

/** Of an operation: whether somebody answers it now. What only a service has is not there before its users are. */
export type FeatureState = 'there' | 'missing' | 'unknown';

type Service = (typeof OPERATIONS)[OperationName]['service'];

/** An operation that is asked for its service: one that costs little, and that each of its users may ask. */
export const PROBES = {
  analytics: 'GET /api/v1/analytics/dashboards',
  applications: 'GET /api/v2/applications/statistics',
  // Of those who are not logged in, too.
  auth: 'GET /.well-known/jwks.json',
  integrations: 'GET /api/v1/integrations/webhooks/types',
  jobs: 'GET /api/v1/jobs/match-settings',
  notifications: 'GET /api/v1/notifications/preferences',
  users: 'GET /api/v1/users/me/preferences',
} as const satisfies Record<Service, OperationName>;
export type Probe = (typeof PROBES)[Service];

/** So long an answer is believed, ms. */
export const REMEMBERED_MS = 60_000;
/** What is missing is asked for again after so long, and what was there is missing only then, ms: between two sides a single answer may come from the other one. */
export const DOUBT_MS = 3_000;
/** After a question that nobody has answered, ms. */
const UNANSWERED_MS = 5_000;

/** What is known of one operation. */
export type Knowledge = {
  isThere: boolean;
  /** When it was last heard, ms. */
  at: number;
  /** Since when it is said to be missing by a single answer, which is not believed for long. */
  doubtedAt: number | null;
};

/** What is known after one more answer. */
export function learn(known: Knowledge | undefined, isThere: boolean, now: number): Knowledge {
  if (isThere) return { isThere, at: now, doubtedAt: null };
  if (known === undefined) return { isThere, at: now, doubtedAt: now };
  if (known.isThere && known.doubtedAt === null) return { ...known, doubtedAt: now };
  // One answer is heard more than once.
  const isTooEarly = known.doubtedAt !== null && now - known.doubtedAt < DOUBT_MS;
  return isTooEarly ? known : { isThere, at: now, doubtedAt: null };
}

/** After how many ms it is to be asked again; 0: now. */
export function askAgainIn(known: Knowledge | undefined, now: number): number {
  if (known === undefined) return 0;
  const at = known.doubtedAt === null ? known.at + REMEMBERED_MS : known.doubtedAt + DOUBT_MS;
  return Math.max(0, at - now);
}

export type Features = {
  state(operation: OperationName): FeatureState;
  subscribe(listener: () => void): () => void;
  /** An answer of the operation, or of nobody in its place. */
  note(operation: OperationName, isThere: boolean): void;
  /** Asks for the operation whenever it is not known, until the returned function is called. */
  watch(operation: OperationName): () => void;
  /** Somebody else is logged in, for whom other things are there. */
  forget(): void;
};

export type FeatureParts = {
  /** Whether it is there; rejects when nobody could tell. */
  ask(probe: Probe): Promise<boolean>;
  now(): number;
  /** Calls back after `ms`; returns a function that cancels. */
  after(ms: number, callback: () => void): () => void;
};

/** Which operations are there, remembered for a minute, by their own answers and by one question for each service. */
export function createFeatures({ ask, now, after: wait }: FeatureParts): Features {
  const known = new Map<OperationName, Knowledge>();
  const watched = new Map<Probe, { watchers: number; cancel: () => void }>();
  const listeners = new Set<() => void>();
  /** Said to be missing, and not for long enough ago. */
  const aging = new Set<OperationName>();

  const tell = () => {
    for (const listener of [...listeners]) listener();
  };

  const note = (operation: OperationName, isThere: boolean) => {
    const [before, was] = [known.get(operation), state(operation)];
    const after = learn(before, isThere, now());
    known.set(operation, after);
    if (after.doubtedAt !== null && before?.doubtedAt === null) look(probeOf(operation));
    if (state(operation) !== was) tell();
    if (!after.isThere) tellWhenOld(operation);
  };

  /** From then on its service's word counts for it again, which nobody hears of else when that stays the same. */
  const tellWhenOld = (operation: OperationName) => {
    if (aging.has(operation)) return;
    aging.add(operation);
    wait(askAgainIn(known.get(operation), now()), () => {
      aging.delete(operation);
      const own = known.get(operation);
      // It was heard of again meanwhile, or the timer was early by the clock.
      if (own?.isThere === false && askAgainIn(own, now()) > 0) tellWhenOld(operation);
      else tell();
    });
  };

  const question = async (probe: Probe) => {
    const isThere = await ask(probe).catch(() => null);
    if (isThere !== null) note(probe, isThere);
    look(probe, isThere === null ? UNANSWERED_MS : 0);
  };

  /** Asks when it is time, if anybody wants to know. */
  const look = (probe: Probe, least = 0) => {
    const one = watched.get(probe);
    if (!one) return;
    one.cancel();
    one.cancel = wait(Math.max(least, askAgainIn(known.get(probe), now())), () => void question(probe));
  };

  const state = (operation: OperationName): FeatureState => {
    if (OPERATIONS[operation].onMonolith) return 'there';
    const own = known.get(operation);
    const isOwnGood = own !== undefined && (own.isThere || askAgainIn(own, now()) > 0);
    const of = isOwnGood ? own : known.get(probeOf(operation));
    if (of === undefined) return 'unknown';
    return of.isThere ? 'there' : 'missing';
  };

  return {
    state,
    note,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    watch: (operation) => {
      if (OPERATIONS[operation].onMonolith) return () => {};
      const probe = probeOf(operation);
      const one = watched.get(probe) ?? { watchers: 0, cancel: () => {} };
      watched.set(probe, one);
      one.watchers += 1;
      if (one.watchers === 1) look(probe);
      return () => {
        one.watchers -= 1;
        if (one.watchers > 0) return;
        one.cancel();
        watched.delete(probe);
      };
    },
    forget: () => {
      known.clear();
      for (const probe of watched.keys()) look(probe);
      tell();
    },
  };
}

function probeOf(operation: OperationName): Probe {
  return PROBES[OPERATIONS[operation].service];
}
